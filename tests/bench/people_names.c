/*
 * Names of people, streets and towns: frequent ones of several languages,
 * roughly by frequency, and parts that rarer ones are made of.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "people.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- given names ---------------------------------------------------- */

static const char *const swedish_men[] = {
	"Lars", "Erik", "Karl", "Anders", "Per", "Johan", "Nils", "Mikael",
	"Jan", "Lennart", "Hans", "Olof", "Peter", "Gunnar", "Sven", "Bengt",
	"Fredrik", "Bo", "Daniel", "Andreas", "Göran", "Åke", "Magnus",
	"Mattias", "Stefan", "Thomas", "Alexander", "Martin", "Bertil", "Arne",
	"Christer", "Jonas", "Kjell", "Håkan", "Leif", "Roger", "Emil", "Mats",
	"Oskar", "Simon", "Filip", "William", "Lucas", "Oliver", "Hugo",
	"Elias", "Axel", "Viktor", "Ludvig", "Gustav", "Anton", "Joakim",
	"Henrik", "Urban", "Rolf", "Stig", "Tommy", "Kent", "Ulf", "Rickard",
	"Patrik", "Robert", "Marcus", "Niklas", "Jesper", "Albin", "Edvin",
	"Isak", "Melker", "Sixten", "Vidar", "Karl-Erik", "Lars-Göran",
	"Sten", "Torbjörn", "Ingemar", "Folke", "Ivar", "Love", "Malte"
};
static const char *const swedish_women[] = {
	"Maria", "Anna", "Margareta", "Elisabeth", "Eva", "Kristina",
	"Birgitta", "Karin", "Marie", "Elin", "Ingrid", "Kerstin", "Linnéa",
	"Sofia", "Lena", "Emma", "Marianne", "Johanna", "Helena", "Sara",
	"Inger", "Katarina", "Linda", "Annika", "Susanne", "Ulla", "Jenny",
	"Monica", "Ulrika", "Åsa", "Camilla", "Anneli", "Malin", "Siv",
	"Gunilla", "Ebba", "Alva", "Maja", "Astrid", "Saga", "Wilma", "Agnes",
	"Freja", "Olivia", "Julia", "Hanna", "Ida", "Frida", "Matilda",
	"Amanda", "Josefin", "Rebecka", "Therese", "Pernilla", "Cecilia",
	"Yvonne", "Berit", "Barbro", "Gun", "Britt", "Solveig", "Märta",
	"Elsa", "Ellen", "Klara", "Signe", "Tuva", "Stina", "Lovisa", "Tilda",
	"Anna-Karin", "Britt-Marie", "Ann-Sofie", "Viola", "Rut", "Majken"
};
static const char *const english_men[] = {
	"James", "John", "Robert", "Michael", "William", "David", "Richard",
	"Joseph", "Thomas", "Charles", "Christopher", "Daniel", "Matthew",
	"Anthony", "Mark", "Steven", "Paul", "Andrew", "Joshua", "Kenneth",
	"Kevin", "Brian", "George", "Edward", "Ronald", "Timothy", "Jason",
	"Jeffrey", "Ryan", "Jacob", "Nicholas", "Jonathan", "Stephen",
	"Benjamin", "Samuel", "Gregory", "Alexander", "Patrick", "Jack",
	"Henry", "Peter", "Philip", "Simon", "Ian", "Graham", "Nigel",
	"Harry", "Oliver", "Luke", "Adam", "Liam", "Callum", "Gareth", "Owen"
};
static const char *const english_women[] = {
	"Mary", "Patricia", "Jennifer", "Linda", "Elizabeth", "Barbara",
	"Susan", "Jessica", "Sarah", "Karen", "Margaret", "Lisa", "Nancy",
	"Emily", "Sandra", "Ashley", "Kimberly", "Donna", "Michelle", "Carol",
	"Amanda", "Melissa", "Deborah", "Stephanie", "Rebecca", "Laura",
	"Helen", "Sharon", "Cynthia", "Kathleen", "Amy", "Angela", "Anna",
	"Ruth", "Katherine", "Samantha", "Christine", "Catherine", "Rachel",
	"Janet", "Emma", "Heather", "Diane", "Olivia", "Julie", "Joyce",
	"Victoria", "Kelly", "Alice", "Charlotte", "Grace", "Chloe", "Fiona"
};
static const char *const german_men[] = {
	"Peter", "Michael", "Thomas", "Andreas", "Wolfgang", "Klaus",
	"Jürgen", "Günter", "Stefan", "Christian", "Uwe", "Werner", "Horst",
	"Frank", "Dieter", "Manfred", "Gerhard", "Hans", "Bernd", "Thorsten",
	"Matthias", "Helmut", "Walter", "Heinz", "Martin", "Jörg", "Rolf",
	"Jens", "Sven", "Alexander", "Jan", "Rainer", "Holger", "Karl",
	"Dirk", "Joachim", "Ralf", "Carsten", "Herbert", "Oliver", "Wilhelm",
	"Kurt", "Markus", "Heinrich", "Paul", "Lukas", "Felix", "Jonas",
	"Maximilian", "Tobias", "Florian", "Sebastian", "Philipp", "Moritz"
};
static const char *const german_women[] = {
	"Ursula", "Karin", "Helga", "Sabine", "Ingrid", "Renate", "Monika",
	"Susanne", "Gisela", "Petra", "Birgit", "Andrea", "Anna", "Brigitte",
	"Claudia", "Erika", "Christa", "Elke", "Stefanie", "Gertrud",
	"Elisabeth", "Maria", "Angelika", "Heike", "Gabriele", "Katrin",
	"Ilse", "Nicole", "Anja", "Barbara", "Hildegard", "Martina",
	"Ingeborg", "Gerda", "Marion", "Jutta", "Ute", "Hannelore", "Irmgard",
	"Christine", "Inge", "Christina", "Sandra", "Kerstin", "Julia",
	"Lena", "Hannah", "Leonie", "Sophie", "Katharina", "Franziska", "Käthe"
};
static const char *const spanish_men[] = {
	"José", "Antonio", "Juan", "Manuel", "Francisco", "Luis", "Javier",
	"Miguel", "Ángel", "Carlos", "Jesús", "Pedro", "Rafael", "Alejandro",
	"Fernando", "Sergio", "Pablo", "Jorge", "Alberto", "Daniel", "Ramón",
	"Enrique", "Diego", "Vicente", "Álvaro", "Raúl", "Adrián", "Iván",
	"Óscar", "Andrés", "Joaquín", "Rubén", "Santiago", "Eduardo",
	"Víctor", "Roberto", "Jaime", "Mario", "Ignacio", "Salvador"
};
static const char *const spanish_women[] = {
	"María", "Carmen", "Ana", "Isabel", "Dolores", "Laura", "Pilar",
	"Cristina", "Josefa", "Teresa", "Marta", "Lucía", "Antonia",
	"Francisca", "Mercedes", "Paula", "Rosa", "Elena", "Raquel", "Beatriz",
	"Sara", "Manuela", "Patricia", "Julia", "Rocío", "Andrea", "Silvia",
	"Alba", "Concepción", "Montserrat", "Encarnación", "Irene", "Nuria",
	"Sonia", "Inés", "Alicia", "Esperanza", "Consuelo", "Amparo", "Yolanda"
};
static const char *const polish_men[] = {
	"Piotr", "Krzysztof", "Andrzej", "Tomasz", "Jan", "Paweł", "Michał",
	"Marcin", "Stanisław", "Jakub", "Adam", "Marek", "Łukasz", "Grzegorz",
	"Mateusz", "Wojciech", "Mariusz", "Dariusz", "Zbigniew", "Jerzy",
	"Maciej", "Rafał", "Robert", "Kamil", "Jacek", "Kazimierz", "Tadeusz",
	"Ryszard", "Sławomir", "Bartosz", "Artur", "Leszek"
};
static const char *const polish_women[] = {
	"Anna", "Katarzyna", "Maria", "Małgorzata", "Agnieszka", "Barbara",
	"Ewa", "Krystyna", "Elżbieta", "Magdalena", "Monika", "Joanna",
	"Zofia", "Jadwiga", "Danuta", "Halina", "Irena", "Beata", "Aleksandra",
	"Dorota", "Marta", "Natalia", "Teresa", "Grażyna", "Karolina",
	"Bożena", "Urszula", "Jolanta", "Renata", "Iwona", "Wanda", "Hanna"
};
static const char *const arabic_men[] = {
	"Mohammed", "Ahmed", "Ali", "Hassan", "Omar", "Ibrahim", "Mahmoud",
	"Khaled", "Youssef", "Mustafa", "Abdullah", "Hussein", "Karim",
	"Samir", "Tariq", "Bilal", "Hamza", "Faisal", "Nabil", "Walid",
	"Adel", "Jamal", "Rashid", "Salim", "Amir", "Ziad", "Yasin", "Nasser"
};
static const char *const arabic_women[] = {
	"Fatima", "Aisha", "Maryam", "Zainab", "Khadija", "Layla", "Amina",
	"Noor", "Hana", "Salma", "Yasmin", "Rania", "Samira", "Huda", "Nadia",
	"Leila", "Sara", "Mona", "Iman", "Dina", "Rana", "Soraya", "Hiba",
	"Zahra", "Amal", "Nour", "Farah", "Jamila"
};
static const char *const finnish_men[] = {
	"Juhani", "Matti", "Timo", "Kari", "Antti", "Mikko", "Jukka", "Pekka",
	"Heikki", "Markku", "Hannu", "Kalevi", "Tapani", "Jari", "Ville",
	"Janne", "Olli", "Seppo", "Ilkka", "Tuomas", "Eero", "Väinö", "Onni"
};
static const char *const finnish_women[] = {
	"Anneli", "Helena", "Johanna", "Kaarina", "Marjatta", "Tuula",
	"Ritva", "Leena", "Päivi", "Sari", "Pirjo", "Tiina", "Riitta",
	"Minna", "Hanna", "Anu", "Kirsi", "Aino", "Sanna", "Eeva", "Outi",
	"Heli", "Satu"
};

/* In both scripts, as passports and as people write it. */
struct spelling {
	const char *latin, *cyrillic;
};
static const struct spelling russian[] = {
	{ "Alexander", "Александр" }, { "Sergey", "Сергей" },
	{ "Vladimir", "Владимир" }, { "Dmitry", "Дмитрий" },
	{ "Alexey", "Алексей" }, { "Andrey", "Андрей" },
	{ "Mikhail", "Михаил" }, { "Ivan", "Иван" }, { "Nikolay", "Николай" },
	{ "Yuri", "Юрий" }, { "Evgeny", "Евгений" }, { "Viktor", "Виктор" },
	{ "Oleg", "Олег" }, { "Igor", "Игорь" }, { "Pavel", "Павел" },
	{ "Maxim", "Максим" },
	/* From here on women. */
	{ "Elena", "Елена" }, { "Olga", "Ольга" }, { "Natalia", "Наталья" },
	{ "Tatiana", "Татьяна" }, { "Irina", "Ирина" },
	{ "Svetlana", "Светлана" }, { "Anna", "Анна" }, { "Maria", "Мария" },
	{ "Ekaterina", "Екатерина" }, { "Galina", "Галина" },
	{ "Lyudmila", "Людмила" }, { "Yulia", "Юлия" },
	{ "Anastasia", "Анастасия" }, { "Oksana", "Оксана" },
	{ "Nina", "Нина" }, { "Vera", "Вера" }
};
#define RUSSIAN_MEN 16
static const struct spelling russian_family[] = {
	{ "Ivanov", "Иванов" }, { "Smirnov", "Смирнов" },
	{ "Kuznetsov", "Кузнецов" }, { "Popov", "Попов" },
	{ "Vasiliev", "Васильев" }, { "Petrov", "Петров" },
	{ "Sokolov", "Соколов" }, { "Mikhailov", "Михайлов" },
	{ "Novikov", "Новиков" }, { "Fedorov", "Федоров" },
	{ "Morozov", "Морозов" }, { "Volkov", "Волков" },
	{ "Alekseev", "Алексеев" }, { "Lebedev", "Лебедев" },
	{ "Semenov", "Семенов" }, { "Egorov", "Егоров" },
	{ "Pavlov", "Павлов" }, { "Kozlov", "Козлов" },
	{ "Stepanov", "Степанов" }, { "Nikolaev", "Николаев" },
	{ "Orlov", "Орлов" }, { "Andreev", "Андреев" },
	{ "Makarov", "Макаров" }, { "Nikitin", "Никитин" },
	{ "Zakharov", "Захаров" }, { "Zaitsev", "Зайцев" },
	{ "Soloviev", "Соловьев" }, { "Borisov", "Борисов" },
	{ "Yakovlev", "Яковлев" }, { "Grigoriev", "Григорьев" },
	{ "Romanov", "Романов" }, { "Vorobiev", "Воробьев" },
	{ "Sergeev", "Сергеев" }, { "Kuzmin", "Кузьмин" },
	{ "Frolov", "Фролов" }, { "Alexandrov", "Александров" },
	{ "Dmitriev", "Дмитриев" }, { "Korolev", "Королев" },
	{ "Gusev", "Гусев" }, { "Kiselev", "Киселев" },
	{ "Ilyin", "Ильин" }, { "Maximov", "Максимов" },
	{ "Polyakov", "Поляков" }, { "Sorokin", "Сорокин" },
	{ "Vinogradov", "Виноградов" }, { "Kovalev", "Ковалев" },
	{ "Belov", "Белов" }, { "Medvedev", "Медведев" },
	{ "Antonov", "Антонов" }, { "Tarasov", "Тарасов" }
};

/* ---- family names --------------------------------------------------- */

static const char *const swedish_family[] = {
	"Andersson", "Johansson", "Karlsson", "Nilsson", "Eriksson",
	"Larsson", "Olsson", "Persson", "Svensson", "Gustafsson",
	"Pettersson", "Jonsson", "Jansson", "Hansson", "Bengtsson",
	"Jönsson", "Carlsson", "Petersson", "Magnusson", "Lindberg",
	"Lindström", "Gustavsson", "Olofsson", "Lindgren", "Axelsson",
	"Bergström", "Lundberg", "Lind", "Lundgren", "Jakobsson", "Berg",
	"Berglund", "Fredriksson", "Sandberg", "Mattsson", "Henriksson",
	"Forsberg", "Sjöberg", "Wallin", "Ali", "Engström", "Eklund",
	"Danielsson", "Lundin", "Håkansson", "Gunnarsson", "Björk",
	"Bergman", "Holm", "Samuelsson", "Fransson", "Wikström", "Isaksson",
	"Nyström", "Holmberg", "Arvidsson", "Löfgren", "Söderberg", "Nyberg",
	"Blomqvist", "Claesson", "Mårtensson", "Nordström", "Lundström",
	"Pålsson", "Viklund", "Ström", "Hermansson", "Åberg", "Ekström"
};
static const char *const swedish_front[] = {
	"Lind", "Berg", "Lund", "Sand", "Holm", "Sjö", "Ek", "Ny", "Norr",
	"Söder", "Väster", "Öster", "Hag", "Hell", "Fors", "Gran", "Alm",
	"Björk", "Äng", "Ceder", "Dal", "Eng", "Fager", "Frid", "Grön", "Gyll",
	"Hammar", "Hed", "Kron", "Käll", "Lager", "Ljung", "Lilje", "Löf",
	"Malm", "Mell", "Nord", "Palm", "Rosen", "Ryd", "Silver", "Sten",
	"Strand", "Ståhl", "Sund", "Ting", "Torn", "Törn", "Wall", "Wester",
	"Ås", "Öhr", "Blom", "Bro", "Edel", "Ehren", "Fjell", "Hult"
};
static const char *const swedish_end[] = {
	"berg", "ström", "gren", "qvist", "lund", "man", "mark", "dahl",
	"vall", "blad", "stedt", "feldt", "löf", "stam", "roth", "ell", "in",
	"elius", "ander", "gård", "hag", "hult", "strand", "fors", "mo",
	"skog", "stierna", "crona", "sjö", "vik"
};
static const char *const english_family[] = {
	"Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson",
	"Davies", "Robinson", "Wright", "Thompson", "Evans", "Walker",
	"White", "Roberts", "Green", "Hall", "Wood", "Jackson", "Clarke",
	"Patel", "Khan", "Lewis", "James", "Phillips", "Mason", "Mitchell",
	"Rose", "Davis", "Cox", "Alexander", "Martin", "Bailey", "Cooper",
	"King", "Lee", "Baker", "Harris", "Murphy", "O'Brien", "Kelly",
	"Campbell", "Stewart", "MacDonald", "Scott", "Reid", "Murray",
	"Young", "Hughes", "Edwards", "Turner", "Hill", "Moore", "Parker"
};
static const char *const english_front[] = {
	"Ash", "Black", "Brad", "Brough", "Carl", "Clif", "Cren", "Dal",
	"Edding", "Farn", "Gar", "Hamp", "Hart", "Hather", "Kings", "Lang",
	"Middle", "Nor", "Oak", "Pember", "Rams", "Shef", "Stan", "Thorn",
	"Wal", "Wake", "Whit", "Win", "Wood", "Worth"
};
static const char *const english_end[] = {
	"ton", "ley", "well", "ford", "field", "worth", "wood", "bury",
	"ham", "shaw", "croft", "man", "by", "stone", "combe", "wick"
};
static const char *const german_family[] = {
	"Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer",
	"Wagner", "Becker", "Schulz", "Hoffmann", "Schäfer", "Koch", "Bauer",
	"Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz",
	"Zimmermann", "Braun", "Krüger", "Hofmann", "Hartmann", "Lange",
	"Schmitt", "Werner", "Schmitz", "Krause", "Meier", "Lehmann",
	"Schmid", "Schulze", "Maier", "Köhler", "Herrmann", "König",
	"Walter", "Mayer", "Huber", "Kaiser", "Fuchs", "Peters", "Lang",
	"Scholz", "Möller", "Weiß", "Jung", "Hahn", "Schubert", "Vogel",
	"Friedrich", "Keller", "Günther", "Frank", "Berger", "von Berg",
	"von der Heide", "Groß", "Roth"
};
static const char *const german_front[] = {
	"Stein", "Berg", "Hohen", "Lichten", "Rosen", "Wald", "Eichen",
	"Bach", "Birken", "Buch", "Feld", "Gold", "Grün", "Hasel", "Kirch",
	"Linden", "Morgen", "Neu", "Ober", "Unter", "Schön", "Sonnen",
	"Wein", "Weiden", "Winter", "Zeller"
};
static const char *const german_end[] = {
	"berger", "bacher", "mann", "meier", "hofer", "feld", "stein",
	"thal", "burg", "dorfer", "huber", "auer", "baum", "müller"
};
static const char *const spanish_family[] = {
	"García", "Rodríguez", "González", "Fernández", "López", "Martínez",
	"Sánchez", "Pérez", "Gómez", "Martín", "Jiménez", "Ruiz",
	"Hernández", "Díaz", "Moreno", "Muñoz", "Álvarez", "Romero",
	"Alonso", "Gutiérrez", "Navarro", "Torres", "Domínguez", "Vázquez",
	"Ramos", "Gil", "Ramírez", "Serrano", "Blanco", "Molina", "Morales",
	"Suárez", "Ortega", "Delgado", "Castro", "Ortiz", "Rubio", "Marín",
	"Sanz", "Núñez", "Iglesias", "Medina", "Garrido", "Cortés",
	"Castillo", "Santos", "Lozano", "Guerrero", "Cano", "Prieto",
	"Méndez", "Cruz", "Calvo", "Gallego", "Vidal", "León", "Herrera",
	"Márquez", "Peña", "Flores", "Cabrera", "Campos", "Vega", "Fuentes"
};
static const char *const polish_family[] = {
	"Nowak", "Kowalski", "Wiśniewski", "Wójcik", "Kowalczyk",
	"Kamiński", "Lewandowski", "Zieliński", "Szymański", "Woźniak",
	"Dąbrowski", "Kozłowski", "Jankowski", "Mazur", "Kwiatkowski",
	"Krawczyk", "Kaczmarek", "Piotrowski", "Grabowski", "Zając",
	"Pawłowski", "Michalski", "Król", "Wieczorek", "Jabłoński",
	"Wróbel", "Nowakowski", "Majewski", "Olszewski", "Stępień",
	"Malinowski", "Jaworski", "Adamczyk", "Dudek", "Nowicki", "Pawlak",
	"Górski", "Witkowski", "Walczak", "Sikora", "Baran", "Rutkowski"
};
static const char *const polish_front[] = {
	"Biel", "Borow", "Brzez", "Choj", "Czar", "Dębow", "Głow", "Jasi",
	"Kalin", "Kras", "Lip", "Łab", "Mal", "Ostrow", "Pol", "Rad",
	"Sado", "Sokoł", "Stan", "Tar", "Urban", "Wierzb", "Zabor", "Żur"
};
static const char *const polish_end[] = {
	"owski", "iński", "ecki", "czyk", "iak", "ewicz", "ak", "icki"
};
static const char *const arabic_family[] = {
	"Hassan", "Ahmed", "Mohamed", "Hussein", "Ali", "Khalil", "Mansour",
	"Haddad", "Nasser", "Saleh", "Rahman", "Aziz", "Farah", "Abdi",
	"Osman", "Ibrahim", "Al-Masri", "Al-Hassan", "El-Sayed", "Hamdan",
	"Khoury", "Najjar", "Othman", "Qasim", "Shaheen", "Sulaiman",
	"Yousef", "Zaki", "Abdulrahman", "Jaber", "Barakat", "Darwish",
	"Fadel", "Ghanem", "Issa", "Jabbour", "Karam", "Latif", "Mourad"
};
static const char *const finnish_family[] = {
	"Korhonen", "Virtanen", "Mäkinen", "Nieminen", "Mäkelä",
	"Hämäläinen", "Laine", "Heikkinen", "Koskinen", "Järvinen",
	"Lehtonen", "Lehtinen", "Saarinen", "Salminen", "Heinonen",
	"Niemi", "Heikkilä", "Salonen", "Kinnunen", "Turunen", "Salo",
	"Laitinen", "Tuominen", "Rantanen", "Karjalainen", "Jokinen"
};
static const char *const finnish_front[] = {
	"Aho", "Haka", "Hieta", "Ilo", "Kallio", "Kivi", "Kota", "Laakso",
	"Lampi", "Leppä", "Manni", "Niitty", "Ojala", "Pelto", "Rauta",
	"Saari", "Suo", "Vaara", "Vesa"
};
static const char *const finnish_end[] = {
	"nen", "la", "mäki", "niemi", "koski", "järvi", "aho", "ranta"
};

/* ---- cultures ------------------------------------------------------- */

struct culture {
	unsigned permille;
	const char *const *men, *const *women, *const *family;
	const char *const *front, *const *end;	/* of rarer family names */
	size_t men_count, women_count, family_count, front_count, end_count;
	unsigned rare;				/* permille made of parts */
};

#define NAMES(lower) \
	.men = lower##_men, .men_count = COUNT(lower##_men), \
	.women = lower##_women, .women_count = COUNT(lower##_women), \
	.family = lower##_family, .family_count = COUNT(lower##_family)
#define PARTS(lower, share) \
	.front = lower##_front, .front_count = COUNT(lower##_front), \
	.end = lower##_end, .end_count = COUNT(lower##_end), .rare = (share)

static const struct culture cultures[BENCH_CULTURES] = {
	[BENCH_SWEDISH] = { .permille = 620, NAMES(swedish),
	    PARTS(swedish, 450) },
	[BENCH_ENGLISH] = { .permille = 90, NAMES(english),
	    PARTS(english, 400) },
	[BENCH_GERMAN] = { .permille = 60, NAMES(german),
	    PARTS(german, 400) },
	[BENCH_SPANISH] = { .permille = 40, NAMES(spanish) },
	[BENCH_POLISH] = { .permille = 50, NAMES(polish),
	    PARTS(polish, 400) },
	[BENCH_ARABIC] = { .permille = 70, NAMES(arabic) },
	[BENCH_RUSSIAN] = { .permille = 30 },
	[BENCH_FINNISH] = { .permille = 40, NAMES(finnish),
	    PARTS(finnish, 450) }
};

int
bench_culture_draw(struct bench_random *random)
{
	size_t at = bench_below(random, 1000);
	int i;

	for (i = 0; i < BENCH_CULTURES - 1; i++) {
		if (at < cultures[i].permille)
			return i;
		at -= cultures[i].permille;
	}
	return i;
}

const char *
bench_given_draw(struct bench_random *random, int culture, bool woman)
{
	const struct culture *c = &cultures[culture];

	if (culture == BENCH_RUSSIAN)
		return russian[(woman ? RUSSIAN_MEN : 0) +
		    bench_zipf(random, RUSSIAN_MEN, 6)].latin;
	return woman ? c->women[bench_zipf(random, c->women_count, 12)] :
	    c->men[bench_zipf(random, c->men_count, 12)];
}

void
bench_family_draw(struct bench_random *random, int culture,
    char out[BENCH_NAME])
{
	const struct culture *c = &cultures[culture];

	if (culture == BENCH_RUSSIAN) {
		(void)snprintf(out, BENCH_NAME, "%s", russian_family[bench_zipf(
		    random, COUNT(russian_family), 12)].latin);
		return;
	}
	if (bench_chance(random, c->rare)) {
		(void)snprintf(out, BENCH_NAME, "%s%s",
		    c->front[bench_zipf(random, c->front_count, 20)],
		    c->end[bench_zipf(random, c->end_count, 5)]);
		return;
	}
	(void)snprintf(out, BENCH_NAME, "%s",
	    c->family[bench_zipf(random, c->family_count, 4)]);
	if (culture == BENCH_SPANISH) {
		size_t n = strlen(out);

		(void)snprintf(out + n, BENCH_NAME - n, " %s",
		    c->family[bench_zipf(random, c->family_count, 4)]);
	}
}

void
bench_family_of_woman(int culture, char family[BENCH_NAME])
{
	size_t n = strlen(family);

	if (n < 3 || n + 2 > BENCH_NAME)
		return;
	if (culture == BENCH_POLISH && family[n - 1] == 'i' &&
	    family[n - 2] == 'k')
		family[n - 1] = 'a';
	else if (culture == BENCH_RUSSIAN && (family[n - 1] == 'v' ||
	    family[n - 1] == 'n'))
		memcpy(family + n, "a", 2);
}

/* ---- short forms ---------------------------------------------------- */

static const struct {
	const char *given, *other;
} short_forms[] = {
	{ "Lars", "Lasse" }, { "Karl", "Kalle" }, { "Per", "Pelle" },
	{ "Johan", "Jojje" }, { "Nils", "Nisse" }, { "Mikael", "Micke" },
	{ "Jan", "Janne" }, { "Hans", "Hasse" }, { "Olof", "Olle" },
	{ "Bengt", "Benke" }, { "Fredrik", "Fredde" }, { "Daniel", "Danne" },
	{ "Stefan", "Steffe" }, { "Thomas", "Tompa" }, { "Magnus", "Mange" },
	{ "Alexander", "Alex" }, { "Anders", "Ante" }, { "Robert", "Robban" },
	{ "Margareta", "Greta" }, { "Elisabeth", "Lisa" },
	{ "Kristina", "Stina" }, { "Birgitta", "Gittan" },
	{ "Katarina", "Kattis" }, { "Susanne", "Sussi" },
	{ "Johanna", "Hanna" }, { "Gustav", "Gurra" }, { "Oskar", "Ogge" },
	{ "Gunilla", "Nilla" }, { "Pernilla", "Nilla" },
	{ "Rebecka", "Becka" }, { "Therese", "Tessan" },
	{ "James", "Jim" }, { "John", "Jack" }, { "Robert", "Bob" },
	{ "Michael", "Mike" }, { "William", "Bill" }, { "David", "Dave" },
	{ "Richard", "Dick" }, { "Joseph", "Joe" }, { "Thomas", "Tom" },
	{ "Charles", "Charlie" }, { "Christopher", "Chris" },
	{ "Daniel", "Dan" }, { "Matthew", "Matt" }, { "Anthony", "Tony" },
	{ "Steven", "Steve" }, { "Andrew", "Andy" }, { "Joshua", "Josh" },
	{ "Kenneth", "Ken" }, { "Edward", "Ted" }, { "Ronald", "Ron" },
	{ "Timothy", "Tim" }, { "Nicholas", "Nick" },
	{ "Benjamin", "Ben" }, { "Samuel", "Sam" }, { "Gregory", "Greg" },
	{ "Patricia", "Pat" }, { "Jennifer", "Jenny" },
	{ "Elizabeth", "Liz" }, { "Elizabeth", "Betty" },
	{ "Barbara", "Babs" }, { "Susan", "Sue" }, { "Margaret", "Peggy" },
	{ "Deborah", "Debbie" }, { "Rebecca", "Becky" },
	{ "Katherine", "Kate" }, { "Catherine", "Cathy" },
	{ "Victoria", "Vicky" }, { "Wolfgang", "Wolf" },
	{ "Johannes", "Hannes" }, { "Heinrich", "Heinz" },
	{ "Joachim", "Achim" }, { "Maximilian", "Max" },
	{ "Sebastian", "Basti" }, { "Katharina", "Kathi" },
	{ "Franziska", "Franzi" }, { "José", "Pepe" },
	{ "Francisco", "Paco" }, { "Manuel", "Manolo" },
	{ "Ignacio", "Nacho" }, { "Dolores", "Lola" },
	{ "Josefa", "Pepa" }, { "Concepción", "Concha" },
	{ "Piotr", "Piotrek" }, { "Krzysztof", "Krzysiek" },
	{ "Tomasz", "Tomek" }, { "Katarzyna", "Kasia" },
	{ "Małgorzata", "Gosia" }, { "Agnieszka", "Aga" },
	{ "Magdalena", "Magda" }, { "Joanna", "Asia" },
	{ "Alexander", "Sasha" }, { "Vladimir", "Volodya" },
	{ "Dmitry", "Dima" }, { "Mikhail", "Misha" }, { "Ivan", "Vanya" },
	{ "Ekaterina", "Katya" }, { "Natalia", "Natasha" },
	{ "Tatiana", "Tanya" }, { "Maria", "Masha" }, { "Maria", "Mia" },
	{ "Mohammed", "Mo" }, { "Juhani", "Jussi" }, { "Heikki", "Heka" }
};

/* Somebody who is called so is always called so: one of the forms, by the
 * person's own number. */
const char *
bench_short_form(const char *given, struct bench_random *random)
{
	size_t i, from = bench_below(random, COUNT(short_forms));

	for (i = 0; i < COUNT(short_forms); i++) {
		size_t at = (from + i) % COUNT(short_forms);

		if (strcmp(short_forms[at].given, given) == 0)
			return short_forms[at].other;
	}
	return NULL;
}

bool
bench_cyrillic(const char *name, char *out, size_t size)
{
	size_t i, n = strlen(name);

	for (i = 0; i < COUNT(russian); i++) {
		if (strcmp(russian[i].latin, name) != 0)
			continue;
		(void)snprintf(out, size, "%s", russian[i].cyrillic);
		return true;
	}
	for (i = 0; i < COUNT(russian_family); i++) {
		const struct spelling *s = &russian_family[i];
		size_t stem = strlen(s->latin);

		if (strncmp(s->latin, name, stem) != 0)
			continue;
		(void)snprintf(out, size, "%s%s", s->cyrillic,
		    n > stem ? "а" : "");
		return true;
	}
	return false;
}

/* ---- streets and towns ---------------------------------------------- */

static const char *const street_front[] = {
	"Stor", "Kungs", "Drottning", "Kyrk", "Skol", "Björk", "Ring",
	"Park", "Industri", "Järnvägs", "Strand", "Ängs", "Skogs", "Sol",
	"Lind", "Bok", "Ek", "Gran", "Tall", "Rönn", "Hassel", "Vall",
	"Bergs", "Dal", "Sjö", "Hamn", "Söder", "Norr", "Öster", "Väster",
	"Linné", "Nygårds", "Kvarn", "Smedje", "Fabriks", "Trädgårds",
	"Råd", "Hantverkar", "Prästgårds", "Klockar", "Läkar", "Rosen",
	"Syren", "Tulpan", "Violin", "Stjärn", "Mån", "Vinter", "Sommar",
	"Lärk", "Svan", "Trast", "Uggle", "Räv", "Hjort", "Vasa", "Birger Jarls",
	"Nobel", "Odens", "Tors", "Frejas", "Folkunga", "Ynglinga", "Karla"
};
static const char *const street_end[] = {
	"gatan", "vägen", "gränd", "stigen", "plan", "allén", "backen"
};
static const char *const city_front[] = {
	"Lind", "Norr", "Söder", "Väster", "Öster", "Berg", "Falk", "Nya",
	"Ny", "Sand", "Sten", "Ul", "Karls", "Gustavs", "Fredriks", "Kristine",
	"Kristian", "Eskils", "Troll", "Varn", "Ala", "Äng", "Borg", "Eng",
	"Fager", "Flen", "Gisla", "Häll", "Jär", "Katrine", "Ljung", "Mar",
	"Nyn", "Oxel", "Säff", "Tran", "Udde", "Vim", "Åkers", "Örn"
};
static const char *const city_end[] = {
	"köping", "stad", "hamn", "borg", "sund", "vik", "holm", "fors",
	"ås", "by", "berga", "lunda", "torp", "näs", "hult", "rum"
};

void
bench_street_name(uint64_t seed, char out[BENCH_NAME])
{
	struct bench_random random = { seed };

	(void)snprintf(out, BENCH_NAME, "%s%s",
	    street_front[bench_zipf(&random, COUNT(street_front), 15)],
	    street_end[bench_zipf(&random, COUNT(street_end), 1)]);
}

/* Each number another name, as long as there are. */
void
bench_city_name(size_t i, char out[BENCH_NAME])
{
	(void)snprintf(out, BENCH_NAME, "%s%s",
	    city_front[i % COUNT(city_front)],
	    city_end[(i + i / COUNT(city_front)) % COUNT(city_end)]);
}

# cppcheck finds nothing.  Style stays out; unmatchedSuppression and
# missingInclude say something about cppcheck, not about the code;
# normalCheckLevelMaxBranches is a progress report; constStatement misreads
# declarations such as "T **const *a, ***b".

exec cppcheck -q -j2 --std=c11 --language=c --platform=unix64 \
    --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
    --suppress=constStatement \
    --error-exitcode=1 -Iinclude -Ilib -DOMNI_API= lib examples

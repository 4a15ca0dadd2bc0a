// Gives the precompiled headers of tests/CMakeLists.txt a target to be compiled for.

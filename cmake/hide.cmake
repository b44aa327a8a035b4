# Writes a source file that makes the functions of an object hidden when both are linked into one: those who link the archive
# call them, and a shared library that contains it does not export them.
#
#   cmake -DNM=nm -DOBJECT=weighbridge.o -DSOURCE=hidden.c -P hide.cmake
execute_process(COMMAND "${NM}" --defined-only --extern-only --format=posix "${OBJECT}"
  OUTPUT_VARIABLE symbols RESULT_VARIABLE failure)
if(failure)
  message(FATAL_ERROR "weighbridge: ${NM} cannot list the symbols of ${OBJECT}: ${failure}")
endif()
string(REGEX MATCHALL "wb_[a-z0-9_]+" names "${symbols}")
set(text "")
foreach(name IN LISTS names)
  string(APPEND text "__asm__(\".globl ${name}\\n.hidden ${name}\");\n")
endforeach()
file(WRITE "${SOURCE}" "${text}")

# The first of the given interpreter, /usr/bin/python3 and python3 on the PATH that has NumPy.
if(NOT Python_EXECUTABLE)
  foreach(candidate IN ITEMS "${Python3_EXECUTABLE}" /usr/bin/python3 python3)
    if(NOT candidate)
      continue()
    endif()
    execute_process(COMMAND ${candidate} -c "import sys, numpy; print(sys.executable)"
      RESULT_VARIABLE failed OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
      set(Python_EXECUTABLE ${found} CACHE FILEPATH "The Python that the module is built for")
      break()
    endif()
  endforeach()
endif()

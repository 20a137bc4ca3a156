file(REMOVE_RECURSE ${SCRATCH})

function(must_run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

must_run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/prefix)
must_run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CONSUMER} -B ${SCRATCH}/build -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix
  -DEXAMPLES=${EXAMPLES})
must_run(${CMAKE_COMMAND} --build ${SCRATCH}/build)
must_run(${SCRATCH}/build/consumer)
if(NOT output STREQUAL "faasconf ${VERSION}: 1500 ms\n")
  message(FATAL_ERROR "the consumer printed \"${output}\"")
endif()

must_run(${SCRATCH}/build/example)
if(NOT output MATCHES "^mean latency [0-9.]+ s, success ratio [0-9.]+, price [0-9.]+\n$")
  message(FATAL_ERROR "the example printed \"${output}\"")
endif()

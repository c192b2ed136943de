// The distributed functions that the compiler has put into this program.
#pragma once
#include <stddef.h>

// How many there are.
size_t distributed_function_count(void);

// The mangled name of one, with its end: what Distributed calls the identifier of a RemoteCallTarget.
const char *distributed_function_name(size_t index);

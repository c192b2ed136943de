// zlib, which every Linux has: the compression of Pyro5's messages.
#pragma once
#include <zlib.h>

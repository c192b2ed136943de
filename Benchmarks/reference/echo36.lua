-- Lets wrk drive an echo server: the request is itself a whole HTTP response of 36 bytes, so that a server which sends
-- back what it gets answers each request as wrk expects.
--
--   wrk --threads 1 --connections 16 --duration 5s --latency --script echo36.lua http://127.0.0.1:PORT/
local ECHO = "HTTP/1.1 204 N\r\nX-A: 00000000000\r\n\r\n"
assert(#ECHO == 36)

-- Before it starts, wrk parses the first thread's request and refuses what is not an HTTP request: that thread's first
-- answer is one, and is never sent.
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("is_first", threads == 1)
end

-- wrk's own init sets wrk.request, which is asked once a thread, unlike a function named request. This takes its place.
function wrk.init()
    local inspected = not is_first
    local parsed = wrk.format("GET", "/", { Host = "localhost" })
    wrk.request = function()
        if inspected then
            return ECHO
        end
        inspected = true
        return parsed
    end
end

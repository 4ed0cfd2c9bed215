-- The floor under every request: no database, no key.
local text

function init() text = wrk.format("GET", "/livez") end

function request() return text end

dofile((os.getenv("LUA") or "Benchmarks") .. "/report.lua")
done = report

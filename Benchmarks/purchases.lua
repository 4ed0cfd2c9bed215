-- Purchases for wrk: KEY=… wrk -t1 -c64 -d8 --latency -s Benchmarks/purchases.lua http://127.0.0.1:8080
-- The programme must enrol automatically and sell in GBP, as examples/online-retail/programme.yaml does.
--
-- MEMBERS  how many members take turns (2000); 1 is a hot member
-- BATCH    events of one request (1)
-- RUN      begins every id, so that two runs never send the same event
local key = os.getenv("KEY")
local members = tonumber(os.getenv("MEMBERS") or "2000")
local batch = tonumber(os.getenv("BATCH") or "1")
local run = (os.getenv("RUN") or tostring(os.time())) .. "-"
local headers = {["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/cloudevents+json"}
if batch > 1 then headers["Content-Type"] = "application/cloudevents-batch+json" end
local n = 0

local function event()
  n = n + 1
  local id = run .. n
  return '{"specversion":"1.0","type":"purchase.completed","source":"/bench","id":"' .. id
    .. '","data":{"member":{"external_id":"bench-' .. (n % members) .. '"},"order_id":"' .. id
    .. '","currency":"GBP","lines":[{"sku":"tea","quantity":2,"unit_price":1250,"categories":["food"]},'
    .. '{"sku":"cup","quantity":1,"unit_price":990}]}}'
end

-- Written once: wrk has the machine's processors in common with what it measures.
local head

function init()
  head = wrk.format("POST", "/v1/events", headers, "x"):gsub("Content%-Length: 1\r\n", ""):sub(1, -4)
end

local function post(body) return head .. "Content-Length: " .. #body .. "\r\n\r\n" .. body end

function request()
  if batch == 1 then return post(event()) end
  local events = {}
  for i = 1, batch do events[i] = event() end
  return post("[" .. table.concat(events, ",") .. "]")
end

dofile((os.getenv("LUA") or "Benchmarks") .. "/report.lua")
done = report

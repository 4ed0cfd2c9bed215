-- One purchase a request, for wrk: KEY=… wrk -t1 -c64 -d8 --latency -s Benchmarks/purchases.lua http://127.0.0.1:8080
-- The programme must enrol automatically and sell in GBP, as examples/online-retail/programme.yaml does.
local key = os.getenv("KEY")
local run = os.time() .. "-" .. math.random(1e9) .. "-"
local n = 0

function request()
  n = n + 1
  local id = run .. n
  local body = '{"specversion":"1.0","type":"purchase.completed","source":"/bench","id":"' .. id
    .. '","data":{"member":{"external_id":"bench-' .. (n % 2000) .. '"},"order_id":"' .. id
    .. '","currency":"GBP","lines":[{"sku":"tea","quantity":2,"unit_price":1250,"categories":["food"]},'
    .. '{"sku":"cup","quantity":1,"unit_price":990}]}}'
  local headers = {["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/cloudevents+json"}
  return wrk.format("POST", "/v1/events", headers, body)
end

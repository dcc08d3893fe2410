import GatehouseKit

await Gatehouse.main()

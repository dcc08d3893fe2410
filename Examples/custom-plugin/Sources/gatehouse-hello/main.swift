import GatehouseKit

// All of `gatehouse`, its commands included, and the plugin.
await Gatehouse.main(adding: [Hello.plugin])

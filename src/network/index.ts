/** Networks, as scripts and the REPL have them: `network.addVeth(…)`, `network.createNetwork(…)`. */
export {
  type Address,
  formatAddress,
  formatSubnet,
  parseAddress,
  parseSubnet,
  type Subnet,
} from './address.ts';
export { type Connection, connect, disconnect } from './connect.ts';
export { type NetworkContext, networkContext } from './context.ts';
export { createNetwork, inspectNetwork, listNetworks, type Network, type NetworkRequest } from './definitions.ts';
export type { Directory } from './dns/answer.ts';
export { type NameServer, openNameSockets, serveNames } from './dns/responder.ts';
export { removeIdle } from './idle.ts';
export { allLeases, type Lease } from './leases.ts';
export { pruneNetworks, reconcile, removeNetwork } from './lifecycle.ts';
export { addAddress, addresses, deleteAddress, type LinkAddress } from './netlink/addresses.ts';
export {
  addBridge,
  addVeth,
  changeLink,
  deleteLink,
  findLink,
  type Link,
  type LinkSettings,
  links,
  setUp,
} from './netlink/links.ts';
export { type Neighbour, neighbours } from './netlink/neighbours.ts';
export { addRoute, deleteRoute, type NewRoute, type Route, routes } from './netlink/routes.ts';
export { nft } from './nft.ts';
export { formatPublish, type PublishedPort, parsePublish } from './ports.ts';
export { connectRunning, disconnectRunning, insideNetworkOf } from './running.ts';
export { readSysctl, writeSysctl } from './sysctl.ts';

/** Numbers of rtnetlink as <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if_addr.h> name them. */

/** socket(2): the family of netlink sockets, and their type. */
export const AF_NETLINK = 16;
export const SOCK_RAW = 3;

/** The families that netlink carries: links and routes, and the firewall's. */
export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;

/** Message types every netlink family shares. */
export const NLMSG = { ERROR: 2, DONE: 3 } as const;

/** Message flags. REQUEST is always set; DUMP asks for all objects; CREATE | EXCL makes a new one. */
export const NLM_F = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  /** The kernel was interrupted while dumping: what it sent may be inconsistent. */
  DUMP_INTR: 0x10,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  /** On an answer: the request is not repeated in it. */
  CAPPED: 0x100,
  /** On an answer: attributes follow that explain the error. */
  ACK_TLVS: 0x200,
} as const;

/** Socket options of level SOL_NETLINK: errors are explained. */
export const SOL_NETLINK = 270;
export const NETLINK = { EXT_ACK: 11 } as const;

/** Attributes of an extended acknowledgement. */
export const NLMSGERR_ATTR = { MSG: 1, OFFS: 2, MISS_TYPE: 5 } as const;

/** rtnetlink message types. */
export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  GETNEIGH: 30,
} as const;

/** Attributes of a link. */
export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  STATS: 7,
  MASTER: 10,
  OPERSTATE: 16,
  LINKINFO: 18,
  NET_NS_PID: 19,
  STATS64: 23,
  NET_NS_FD: 28,
  LINK_NETNSID: 37,
} as const;
/** Nested in IFLA.LINKINFO. */
export const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
/** Nested in IFLA_INFO.SLAVE_DATA of a bridge's port: whether a frame may leave by the port it came in. */
export const IFLA_BRPORT_MODE = 4;
/** Nested in IFLA_INFO.DATA of a veth: the other end, a whole link message. */
export const VETH_INFO_PEER = 1;

/** Flags of a link (struct ifinfomsg). */
export const IFF = { UP: 0x1, LOOPBACK: 0x8, RUNNING: 0x40, LOWER_UP: 0x10000 } as const;

/** Attributes of an address. */
export const IFA = { ADDRESS: 1, LOCAL: 2, LABEL: 3, BROADCAST: 4, FLAGS: 8 } as const;
/** No duplicate address detection: the address is usable at once. We know that it is unique, we gave it out. */
export const IFA_F_NODAD = 0x2;
export const IFA_F_TENTATIVE = 0x40;

/** Attributes of a route. */
export const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PRIORITY: 6, PREFSRC: 7, TABLE: 15 } as const;
export const RT_TABLE_MAIN = 254;
export const RTPROT = { KERNEL: 2, BOOT: 3, STATIC: 4 } as const;
export const RT_SCOPE = { UNIVERSE: 0, LINK: 253, HOST: 254 } as const;
export const RTN = { UNICAST: 1, LOCAL: 2 } as const;

/** Attributes and states of a neighbour. */
export const NDA = { DST: 1, LLADDR: 2 } as const;
export const NUD = {
  INCOMPLETE: 0x01,
  REACHABLE: 0x02,
  STALE: 0x04,
  DELAY: 0x08,
  PROBE: 0x10,
  FAILED: 0x20,
  NOARP: 0x40,
  PERMANENT: 0x80,
} as const;

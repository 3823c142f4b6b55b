/** Sockets that stay open from one task of the generator to the next, by name. @type {Map<string, import('./raw-socket.mjs').RawSocket[]>} */
export const pools = new Map();

/** @typedef {typeof pools} Pools */

// Sends back whatever it is sent, sockets too: the far end of a channel for two parties in one process.
process.on('message', (message, handle) => {
  process.send?.(message, handle);
});

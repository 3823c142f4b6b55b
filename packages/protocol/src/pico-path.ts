/** Where the Pico channel lives, on the gateway and through the launcher alike. */
export const PicoPath = {
  socket: '/pico/ws',
  socketShort: '/pico',
  media: '/pico/media/',
  sessions: '/pico/sessions',
} as const;

/** The query parameter that names the session of a socket. */
export const SESSION_PARAMETER = 'session_id';
/** With `pico.v2`: the number of the last frame that a client has when it comes back. */
export const AFTER_PARAMETER = 'after';

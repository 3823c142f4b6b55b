/** Where the Pico channel lives, on the gateway and through the launcher alike. */
export const PicoPath = { socket: '/pico/ws', socketShort: '/pico', media: '/pico/media/' } as const;

/** The query parameter that names the session of a socket. */
export const SESSION_PARAMETER = 'session_id';

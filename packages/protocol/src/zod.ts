import * as z from 'zod/mini';

// Zod probes `new Function('')` when the first object schema is made. Under the dashboard's CSP (no unsafe-eval) the
// probe fails softly, but the browser still reports a violation, so pages never let it try.
if ('document' in globalThis) z.config({ jitless: true });

export { z };

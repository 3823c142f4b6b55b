// What Fastify itself costs: one route with a JSON answer, given as an argument.
import fastify from 'fastify';

const [port, body] = [Number(process.argv[2]), JSON.parse(process.argv[3] ?? '{}')];
const app = fastify();
app.get('/api/gateway/status', async () => body);
await app.listen({ port, host: '127.0.0.1' });

// What Node itself costs: a server that answers.
import { createServer } from 'node:http';

createServer((_request, response) => response.end('{"status":"ok"}')).listen(Number(process.argv[2]), '127.0.0.1');

import { createHubClient } from '../../src/index.ts';
import { converse } from './conversation.ts';

// For the test, which has no other way into a page.
Object.assign(globalThis, { picoclaw: { converse, createHubClient } });

export { createHubClient } from '@picoclaw/client';

/** Calls the launcher's API as a program does, with the launcher token. */
export function api(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  const call = async (method: string, path: string) => {
    const response = await fetch(`${url}${path}`, { method, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    get: (path: string) => call('GET', path),
    post: (path: string) => call('POST', path),
    status: async () => (await call('GET', '/api/gateway/status')).body,
  };
}

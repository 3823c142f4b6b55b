import * as z from 'zod/mini';
import { type Reply, request } from './request.ts';

const Models = z.object({
  models: z.array(z.object({ model_name: z.string(), model: z.string() })),
  default_model: z.nullable(z.string()),
});
export type Models = z.infer<typeof Models>;

const Changed = z.object({ reloaded: z.boolean() });

/** The models of the configuration; several entries of one name share the load. */
export function fetchModels(signal?: AbortSignal): Promise<Reply<Models>> {
  return request('api/models', Models, signal === undefined ? {} : { signal });
}

/** Has a model answer from the next message on; null for the built-in agent. */
export function setDefaultModel(name: string | null): Promise<Reply<z.infer<typeof Changed>>> {
  return request('api/models/default', Changed, { method: 'PUT', body: { model_name: name } });
}

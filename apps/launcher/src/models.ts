import { type Environment, loadGatewayConfig, modelProviders, type Paths, updateGatewayConfig } from '@picoclaw/config';

/** One entry of `model_list`, as people may see it. */
export interface ListedModel {
  readonly index: number;
  readonly model_name: string;
  readonly model: string;
  readonly api_base?: string;
  /** Asterisks for each key, however long it is. */
  readonly api_keys: readonly string[];
  readonly streaming: boolean;
  readonly is_default: boolean;
}

/** The body of `GET /api/models` (gateway.md, "Agents"). */
export interface ModelsBody {
  readonly models: readonly ListedModel[];
  readonly total: number;
  readonly default_model: string | null;
  readonly provider_options: readonly { readonly name: string; readonly api_base: string }[];
}

/** The models of the configuration. */
export interface Models {
  list(): Promise<ModelsBody>;
  /** Makes a name the default one, or the built-in agent for null; false when no entry has that name. */
  setDefault(name: string | null): Promise<boolean>;
}

const MASK = '********';

/** Reads and changes config.json. Throws `ConfigError`. */
export function createModels(paths: Paths, environment: Environment): Models {
  const load = () => loadGatewayConfig(paths, environment);
  return {
    async list() {
      const { model_list: entries, agents } = load();
      const byDefault = agents.defaults.model_name;
      const models = entries.map(({ model_name, model, api_base, api_keys, streaming }, index) => ({
        ...{ index, model_name, model, streaming: streaming !== false, is_default: model_name === byDefault },
        ...(api_base !== undefined && { api_base: withoutCredentials(api_base) }),
        api_keys: api_keys.map(() => MASK),
      }));
      const provider_options = modelProviders.map(({ name, apiBase }) => ({ name, api_base: apiBase }));
      return { models, total: models.length, default_model: byDefault ?? null, provider_options };
    },
    async setDefault(name) {
      if (name !== null && !load().model_list.some(({ model_name }) => model_name === name)) return false;
      await updateGatewayConfig(paths, environment, { agents: { defaults: { model_name: name } } });
      return true;
    },
  };
}

/** People write `https://user:password@host`. */
function withoutCredentials(address: string): string {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = MASK;
  url.password = '';
  return url.href;
}

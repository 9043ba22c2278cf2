import { z } from 'zod'

export const engineUses = ['auto', 'local', 'endpoint', 'daemon', 'none'] as const

/** The `engine` section of the configuration: which model answers, and how it is reached or loaded. */
export const engineOptionsSchema = z.strictObject({
  use: z
    .enum(engineUses)
    .default('auto')
    .describe('Who answers. auto takes, in this order: the endpoint that is configured, a running daemon, a model in the store, none'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .meta({ title: 'an http or https URL such as http://127.0.0.1:8000/v1' })
    .nullable()
    .default(null)
    .describe(
      'Address of an OpenAI-compatible server. Code of the change is sent to it, so that a project may name only one on this machine',
    ),
  model: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Name of a model of the catalogue or the endpoint, path of a GGUF file, or hf:<owner>/<repository>/<file>'),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .meta({ title: 'the name of an environment variable such as MY_API_KEY (never the key itself)' })
    .nullable()
    .default(null)
    .describe('Name of the environment variable that holds the key of the endpoint; without it, AGENT_API_KEY'),
  context: z
    .int()
    .min(512)
    .max(1_048_576)
    .nullable()
    .default(null)
    .describe('Tokens that prompt and answer may have together; null takes what the model and the memory allow'),
  gpu: z.enum(['auto', 'cuda', 'metal', 'vulkan', 'none']).default('auto').describe('Where the local engine computes'),
  threads: z
    .union([z.literal('auto'), z.int().min(1).max(1024)])
    .default('auto')
    .describe('Processor threads of the local engine'),
  server: z
    .union([z.enum(['auto', 'never', 'always']), z.string().regex(/^(?:\/|[A-Za-z]:[\\/])/)])
    .meta({ title: 'auto, never, always, or the absolute path of a llama-server' })
    .default('auto')
    .describe(
      'Whether a llama-server of yours runs local models. auto takes one on PATH for what the built-in library cannot do: experts in the memory of the machine, several GPUs, models that it does not know',
    ),
  seed: z.int().min(0).max(0xffff_ffff).default(0).describe('Seed of every request; the same seed and input give the same report'),
})

export type EngineOptions = z.infer<typeof engineOptionsSchema>

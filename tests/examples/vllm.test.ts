import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { unknownFlagsIn } from './known-flags.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Flags of `vllm serve` that its documentation has (Engine arguments, and OpenAI-compatible server). */
const vllmFlags = new Set(
  `model max-model-len gpu-memory-utilization enable-auto-tool-choice tool-call-parser reasoning-parser tensor-parallel-size pipeline-parallel-size
   data-parallel-size data-parallel-size-local data-parallel-address data-parallel-rpc-port enable-expert-parallel all2all-backend
   distributed-executor-backend headless host port api-key`.split(/\s+/),
)
const flagsIn = (text: string) => [...text.matchAll(/(?<=^|[\s`(])--([a-z][\w-]*)/gm)].map(([, flag]) => flag ?? '')

/** The parts of the Compose file that are used, with the shapes that its specification gives them. */
const composeSchema = z.strictObject({
  services: z.strictObject({
    vllm: z.strictObject({
      image: z.string(),
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()),
      ports: z.array(z.string()),
      volumes: z.array(z.string()),
      shm_size: z.string(),
      deploy: z.strictObject({
        resources: z.strictObject({
          reservations: z.strictObject({
            devices: z.array(z.strictObject({ driver: z.string(), count: z.int(), capabilities: z.array(z.string()) })),
          }),
        }),
      }),
      healthcheck: z.strictObject({
        test: z.array(z.string()),
        interval: z.string(),
        timeout: z.string(),
        retries: z.int(),
        start_period: z.string(),
      }),
      restart: z.string(),
      security_opt: z.array(z.string()),
      cap_drop: z.array(z.string()),
    }),
  }),
  volumes: z.record(z.string(), z.null()),
})

describe('the compose file', () => {
  const { services, volumes } = composeSchema.parse(parse(read('examples/vllm/compose.yaml')))
  const { vllm } = services

  it('is reachable from its own machine only, and with a key', () => {
    expect(vllm.ports).toEqual(['127.0.0.1:8000:8000'])
    expect(vllm.environment.VLLM_API_KEY).toMatch(/^\$\{VLLM_API_KEY:\?/)
  })

  it('is pinned, asks for a GPU, and keeps the weights', () => {
    expect(vllm.image).toMatch(/^vllm\/vllm-openai:v\d+\.\d+\.\d+$/)
    expect(vllm.deploy.resources.reservations.devices[0]?.capabilities).toEqual(['gpu'])
    for (const volume of vllm.volumes) expect(Object.keys(volumes)).toContain(volume.split(':')[0])
  })
})

const container = z.object({
  image: z.string(),
  args: z.array(z.string()),
  ports: z.array(z.object({ name: z.string() })),
  env: z.array(
    z.object({
      name: z.string(),
      value: z.string().optional(),
      valueFrom: z.object({ secretKeyRef: z.object({ name: z.string() }) }).optional(),
    }),
  ),
  resources: z.object({ limits: z.record(z.string(), z.string()) }),
  volumeMounts: z.array(z.object({ name: z.string() })),
  startupProbe: z.object({ periodSeconds: z.int(), failureThreshold: z.int() }),
  readinessProbe: z.object({}),
  livenessProbe: z.object({}),
})
const labels = z.record(z.string(), z.string())
const deploymentSchema = z.object({
  spec: z.object({
    selector: z.object({ matchLabels: labels }),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.object({
        containers: z.array(container).length(1),
        volumes: z.array(z.object({ name: z.string() })),
        hostNetwork: z.never().optional(),
      }),
    }),
  }),
})

describe('the manifests for Kubernetes', () => {
  const documents = parseAllDocuments(read('examples/vllm/kubernetes.yaml')).map(
    (document) => document.toJS() as { kind: string; apiVersion: string },
  )
  const ofKind = (kind: string) => documents.find((document) => document.kind === kind)
  const { spec } = deploymentSchema.parse(ofKind('Deployment'))
  const [only] = spec.template.spec.containers

  it('are of the versions that clusters serve', () => {
    expect(documents.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      'v1 PersistentVolumeClaim',
      'apps/v1 Deployment',
      'v1 Service',
      'networking.k8s.io/v1 NetworkPolicy',
    ])
  })

  it('belong together: labels select, mounts have volumes, ports have names', () => {
    const selected = spec.selector.matchLabels
    expect(spec.template.metadata.labels).toMatchObject(selected)
    expect(ofKind('Service')).toMatchObject({ spec: { selector: selected, ports: [{ targetPort: only?.ports[0]?.name }] } })
    expect(ofKind('NetworkPolicy')).toMatchObject({ spec: { podSelector: { matchLabels: selected } } })
    const volumes = spec.template.spec.volumes.map(({ name }) => name)
    expect(only?.volumeMounts.map(({ name }) => name).toSorted()).toEqual(volumes.toSorted())
  })

  it('take the key from a secret, a GPU by its limit, and give the first start half an hour', () => {
    expect(only?.env.find(({ name }) => name === 'VLLM_API_KEY')).toMatchObject({ valueFrom: { secretKeyRef: { name: 'vllm' } } })
    expect(only?.resources.limits['nvidia.com/gpu']).toBe('1')
    expect((only?.startupProbe.periodSeconds ?? 0) * (only?.startupProbe.failureThreshold ?? 0)).toBe(1800)
  })
})

it('names flags of vLLM only that it has, everywhere', () => {
  const lines = read('docs/engines.md').matchAll(/```sh\n([\s\S]*?)```/g)
  const served = [...lines]
    .map(([, block]) => block ?? '')
    .join('\n')
    .replaceAll(/^ray start.*$/gm, '')
  const args = globSync('examples/vllm/*.yaml', { cwd: root }).flatMap((path) => flagsIn(read(path).replaceAll(/^#.*$/gm, '')))
  const used = [...flagsIn(served), ...args].filter((flag) => flag !== '')
  expect(used.length).toBeGreaterThan(15)
  expect(used.filter((flag) => !vllmFlags.has(flag))).toEqual([])
})

it('names flags of agent only that it has', () => {
  expect(unknownFlagsIn(read('examples/vllm/README.md'))).toEqual([])
  expect(unknownFlagsIn(read('docs/engines.md'))).toEqual([])
})

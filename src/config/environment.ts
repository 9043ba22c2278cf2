import { closest } from '../domain/closest.ts'
import { AppError } from '../domain/errors.ts'
import type { Notice } from '../domain/report.ts'
import type { EngineOptions } from '../engine/options.ts'
import type { ConfigSchema } from './schema.ts'
import { jsonSchemaOf, settingsOf } from './setting.ts'
import { sectionOf } from './tree.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A value for one key of the configuration that did not come from a file. */
export interface Override {
  path: string
  value: unknown
  /** The variable or flag it came from. */
  name: string
}

/** Variables with a name of their own; every other key is `AGENT_<SECTION>_<KEY>`. */
const namedVariables: Readonly<Record<string, string>> = {
  AGENT_BASE_URL: 'engine.baseUrl',
  AGENT_MODEL: 'engine.model',
  AGENT_MODEL_DIR: 'models.dir',
  AGENT_HOOK_STRICT: 'hooks.preCommit.strict',
}

const words: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
}

/** `AGENT_REVIEW_FAIL_ON` for `review.failOn`. */
export function variableFor(path: string): string {
  const named = Object.entries(namedVariables).find(([, named]) => named === path)?.[0]
  return (
    named ??
    `AGENT_${path
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .replaceAll(/[.-]/g, '_')
      .toUpperCase()}`
  )
}

/** What the environment says about the configuration. Empty variables count as unset, and names of other programs (`AGENT_NAME` in Azure Pipelines) as none of ours. */
export function overridesFromEnvironment(environment: Environment, schema: ConfigSchema): { overrides: Override[]; notices: Notice[] } {
  const names = Object.keys(environment).filter((name) => name.startsWith('AGENT_') && environment[name])
  const ours = names.filter((name) => Object.hasOwn(namedVariables, name) || sectionPrefix(schema).test(name))
  if (ours.length === 0) return { overrides: [], notices: [] }
  const pathByVariable = new Map(Object.entries(namedVariables))
  // The whole list of keys costs a fifth of a start; the variables that hooks and CI set have names of their own.
  if (ours.some((name) => !pathByVariable.has(name))) {
    const settings = settingsOf(jsonSchemaOf(schema)).filter(({ node }) => node.type !== 'array')
    for (const { path } of settings) pathByVariable.set(variableFor(path), path)
  }
  const overrides = ours.flatMap((name) => {
    const path = pathByVariable.get(name)
    return path === undefined ? [] : [{ path, name, value: typedValue(environment[name] ?? '', path, schema) }]
  })
  const unknown = ours.filter((name) => !pathByVariable.has(name))
  return { overrides, notices: unknown.flatMap((name) => unknownVariable(name, pathByVariable)) }
}

/** The key of the endpoint. It is never part of the configuration, so that it cannot be shown with it. */
export function apiKeyFrom({ apiKeyEnv }: Pick<EngineOptions, 'apiKeyEnv'>, environment: Environment): string | undefined {
  if (apiKeyEnv === null) return environment.AGENT_API_KEY || undefined
  const key = environment[apiKeyEnv]
  if (key) return key
  throw new AppError('CONFIG_INVALID', 'The environment variable that engine.apiKeyEnv names is not set.', {
    hint: 'Set it, or remove engine.apiKeyEnv and use AGENT_API_KEY.',
  })
}

/** The branch that a pull or merge request is measured against, in the CI systems that tell: there, configuration and rules come from it. */
export function pullRequestBase(environment: Environment): string | undefined {
  return (environment.GITHUB_ACTIONS && environment.GITHUB_BASE_REF) || environment.CI_MERGE_REQUEST_TARGET_BRANCH_NAME || undefined
}

function sectionPrefix(schema: ConfigSchema): RegExp {
  const sections = Object.entries(schema.shape).filter(([, { def }]) => def.type === 'prefault')
  return new RegExp(`^AGENT_(?:${sections.map(([key]) => variableFor(key).slice('AGENT_'.length)).join('|')})_`)
}

/** Text where the key takes text, else the number or the yes or no that it spells; what fits nothing stays text, for the error to show. */
function typedValue(text: string, path: string, schema: ConfigSchema): unknown {
  const candidates = [text, Number(text), words[text.toLowerCase()]].filter((value) => value !== undefined && !Number.isNaN(value))
  // Nothing else it could be: whether it fits is told when everything is read.
  if (candidates.length === 1) return text
  return candidates.find((value) => schema.safeParse(sectionOf(path, value)).success) ?? text
}

function unknownVariable(name: string, pathByVariable: ReadonlyMap<string, string>): Notice[] {
  const meant = closest(name, pathByVariable.keys())
  if (meant === undefined) return []
  return [{ code: 'CONFIG_IGNORED', message: `${name} is not a variable of agent.`, hint: `Did you mean ${meant}?` }]
}

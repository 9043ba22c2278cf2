import { homedir } from 'node:os'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { AppError } from '../domain/errors.ts'
import type { Notice } from '../domain/report.ts'
import type { ConfigurableCheck } from '../tasks/review/options.ts'
import { agentPaths } from './agent-paths.ts'
import { type Environment, type Override, overridesFromEnvironment } from './environment.ts'
import { type ForeignWishes, foreignWishesNotices, withoutForeignWishes } from './foreign-wishes.ts'
import { fileFrom, findProjectFile, findProjectFileInBase, type FoundProjectFile, type ReadBase } from './find-project-file.ts'
import { configError, type Source } from './problem.ts'
import { type ConfigFile, configFileOf, readConfigText } from './read-config-file.ts'
import { type Config, type ConfigSchema, configSchemaFor } from './schema.ts'
import { jsonSchemaOf, nodeAt, type SchemaNode } from './setting.ts'
import { isSection, leavesOf, mergeSections, type Section, sectionOf } from './tree.ts'

export interface LoadConfigOptions {
  /** Absolute path of the folder the user stands in. */
  directory: string
  /** Absolute path of the top of the working tree, or the directory itself outside a repository. */
  root: string
  environment: Environment
  checks: readonly ConfigurableCheck[]
  flags?: readonly Override[]
  /** The file of `--config`, read instead of searching for one. */
  explicitFile?: string | undefined
  /** Reads the project's file from the base revision, for pull requests in CI. */
  readBase?: ReadBase | undefined
}

/** A value that is not a default, as it was written, and who wrote it. */
export interface Written {
  value: unknown
  /** `user file <path>`, `project file <path>`, `environment AGENT_X` or `flag --x`. */
  origin: string
}

export interface LoadedConfig {
  config: Config
  schema: ConfigSchema
  /** By path; a path that is missing here has its default. */
  written: ReadonlyMap<string, Written>
  notices: readonly Notice[]
}

/** What one source says: checked on its own, so that a mistake is told with the place it stands in. */
interface Layer {
  section: Section
  originOf: (path: string) => string
}

interface OverrideLayer extends Layer, Source {}

/** The effective configuration: defaults < user file < project file < environment < flags, value by value. */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { environment, checks, flags = [] } = options
  const schema = configSchemaFor(checks)
  const { userConfig } = agentPaths(environment)
  const userText = await readConfigText(userConfig, userConfig)
  const userFile = userText === undefined ? undefined : await configFileOf(userConfig, userText)
  const project = await projectFile(options)
  const fromEnvironment = overridesFromEnvironment(environment, schema)
  const ownProject = project.file && (await projectLayer(project.file, { schema, options }))

  const layers = [
    ...(userFile ? [await fileLayer(userFile, { schema, kind: 'user file' })] : []),
    ...(ownProject ? [ownProject.layer] : []),
    await checkedLayer(overrideLayer(fromEnvironment.overrides, 'environment'), schema),
    overrideLayer(flags, 'flag'),
  ]
  const written = new Map(
    layers.flatMap(({ section, originOf }) =>
      leavesOf(section).map(({ path, value }) => [path, { value, origin: originOf(path) }] as const),
    ),
  )
  const config = await effective(layers, schema)
  return {
    config: withAbsoluteModelFolder(config, written, options),
    schema,
    written,
    notices: [
      ...project.notices,
      ...fromEnvironment.notices,
      ...(ownProject ? foreignWishesNotices(ownProject.wishes, { file: ownProject.name, userConfig, config }) : []),
    ],
  }
}

async function projectFile({ directory, root, explicitFile, readBase }: LoadConfigOptions): Promise<FoundProjectFile> {
  if (explicitFile === undefined)
    return readBase ? findProjectFileInBase({ root, directory, readBase }) : findProjectFile({ root, directory })
  const path = resolve(directory, explicitFile)
  const inside = relative(root, path).split(sep).join('/')
  const fromBase = readBase && inside !== '' && !inside.startsWith('../') && !isAbsolute(inside)
  const text = fromBase ? await readBase(inside) : await readConfigText(path, explicitFile)
  if (/\.[cm]?[jt]s$/.test(path))
    throw new AppError('CONFIG_INVALID', `${explicitFile} is code; a configuration is data and never executed.`, {
      hint: 'Write it as JSON or YAML.',
    })
  if (typeof text !== 'string')
    throw new AppError('CONFIG_INVALID', `${explicitFile} does not exist${fromBase ? ' in the base revision' : ''}.`, {
      hint: 'Correct --config.',
    })
  const file = await fileFrom(explicitFile, text)
  if (!file) throw new AppError('CONFIG_INVALID', `${explicitFile} has no agent key.`)
  return { file, notices: [] }
}

/** A file that the user named, or that comes from the base of a pull request, says everything; one that lies in a checkout does not say where code is sent, or runs. */
async function projectLayer(file: ConfigFile, { schema, options }: { schema: ConfigSchema; options: LoadConfigOptions }) {
  const layer = await fileLayer(file, { schema, kind: 'project file' })
  if (options.explicitFile !== undefined || options.readBase) return { name: file.name, layer, wishes: none }
  const { section, wishes } = withoutForeignWishes(layer.section)
  return { name: file.name, layer: { ...layer, section }, wishes }
}

const none: ForeignWishes = { endpoint: undefined, host: false, server: undefined }

async function fileLayer({ name, text, data }: ConfigFile, { schema, kind }: { schema: ConfigSchema; kind: string }): Promise<Layer> {
  const prefix = basename(name) === 'package.json' ? ['agent'] : []
  const lineOf = async (path: readonly PropertyKey[]) => (await import('./line-of.ts')).lineOf(text, [...prefix, ...path])
  return { section: await checked(data, { schema, source: { nameOf: () => name, lineOf } }), originOf: () => `${kind} ${name}` }
}

/** Variables or flags; not checked yet. */
function overrideLayer(overrides: readonly Override[], kind: string): OverrideLayer {
  const names = new Map(overrides.map(({ path, name }) => [path, name]))
  const nameOf = (path: string) => names.get(path) ?? kind
  const section = mergeSections(overrides.map(({ path, value }) => sectionOf(path, value)))
  return { section, nameOf, originOf: (path) => `${kind} ${nameOf(path)}` }
}

async function checkedLayer(layer: OverrideLayer, schema: ConfigSchema): Promise<OverrideLayer> {
  if (Object.keys(layer.section).length === 0) return layer
  return { ...layer, section: await checked(layer.section, { schema, source: layer }) }
}

/** Flags come last, so what is wrong with the whole is wrong with them: they are checked with it, and a hook waits for one check less. */
async function effective(layers: readonly (Layer | OverrideLayer)[], schema: ConfigSchema): Promise<Config> {
  const merged = schema.safeParse(mergeSections(layers.map(({ section }) => section)))
  if (merged.success) return merged.data
  for (const layer of layers) if ('nameOf' in layer) await checkedLayer(layer, schema)
  throw merged.error
}

async function checked(data: unknown, { schema, source }: { schema: ConfigSchema; source: Source }): Promise<Section> {
  if (schema.safeParse(data).success) return data as Section
  const root = jsonSchemaOf(schema)
  const filled = withoutEmptySections(data, root)
  const { error } = schema.safeParse(filled)
  if (error) throw await configError(error.issues, { data: filled, schema: root, source })
  return filled as Section
}

/** `engine:` with every key below it commented out is null in YAML, and means nothing. */
function withoutEmptySections(data: unknown, node: SchemaNode): unknown {
  if (!isSection(data)) return data
  const isEmptySection = (key: string, value: unknown) => value === null && nodeAt(node, [key])?.properties !== undefined
  const kept = Object.entries(data).filter(([key, value]) => !isEmptySection(key, value))
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutEmptySections(value, nodeAt(node, [key]) ?? {})]))
}

/** A relative folder means the user's own in a variable, and the repository's in a file. */
function withAbsoluteModelFolder(
  config: Config,
  written: LoadedConfig['written'],
  { root, directory, environment }: LoadConfigOptions,
): Config {
  const { dir } = config.models
  if (dir === null) return config
  const home = environment.HOME || environment.USERPROFILE || homedir()
  const base = written.get('models.dir')?.origin.startsWith('environment') ? directory : root
  return { ...config, models: { ...config.models, dir: /^~(?=[/\\]|$)/.test(dir) ? join(home, dir.slice(1)) : resolve(base, dir) } }
}

import { readdir } from 'node:fs/promises'
import { basename, join, posix, relative, sep } from 'node:path'
import type { Notice } from '../domain/report.ts'
import { adviceForIgnoredPlace, configPlaces, foldersUpward } from './config-places.ts'
import { agentKeyOf, checkConfigFile, type ConfigFile, configFileOf, readConfigText } from './read-config-file.ts'

/** Text of a file in the revision that a pull request is measured against, or null where it does not exist there. */
export type ReadBase = (path: string) => Promise<string | null>

interface Where {
  /** Absolute path of the top of the working tree: nothing above it is looked at. */
  root: string
  /** Absolute path of the folder to start from. */
  directory: string
}

export interface FoundProjectFile {
  file: ConfigFile | undefined
  notices: readonly Notice[]
}

/** The nearest configuration from a folder upward to the root of its repository. */
export async function findProjectFile({ root, directory }: Where): Promise<FoundProjectFile> {
  const notices: Notice[] = []
  for (const folder of foldersUpward(folderInside({ root, directory }))) {
    const names = await readdir(join(root, folder)).catch((): string[] => [])
    notices.push(...ignoredPlaces(folder, names))
    const candidates = await candidatesIn(
      join(root, folder),
      configPlaces.filter((place) => names.includes(place)),
    )
    const file = candidates.length > 0 ? await searchFolder({ root, folder, candidates }) : undefined
    if (!file) continue
    const others = candidates.filter((name) => name !== basename(file.name) && name !== 'package.json')
    notices.push(...others.map((name) => ignored(posix.join(folder, name), `${file.name} is read instead; keep one of them.`)))
    return { file, notices }
  }
  return { file: undefined, notices }
}

/** The same search in the base revision, where a pull request cannot change what it is judged by. */
export async function findProjectFileInBase({ root, directory, readBase }: Where & { readBase: ReadBase }): Promise<FoundProjectFile> {
  for (const folder of foldersUpward(folderInside({ root, directory }))) {
    for (const place of configPlaces) {
      const path = posix.join(folder, place)
      const text = (await readBase(path)) ?? ''
      const file = text.trim() === '' ? undefined : await fileFrom(path, text)
      if (file) return { file, notices: [] }
    }
  }
  return { file: undefined, notices: [] }
}

/** A file that was named or found by its path: the `agent` key of a package.json, else the whole of it. */
export async function fileFrom(name: string, text: string): Promise<ConfigFile | undefined> {
  if (basename(name) !== 'package.json') return configFileOf(name, text)
  const data = agentKeyOf(text)
  return data === undefined ? undefined : { name, text, data }
}

/**
 * Cosmiconfig decides what counts in one folder. Its factory is not used: it looks into the current folder for settings of
 * its own (`.config/config.js`) and executes them. Results are wrapped, because it follows `$import` keys of bare ones to any file.
 */
async function searchFolder({ root, folder, candidates }: { root: string; folder: string; candidates: readonly string[] }) {
  for (const name of candidates) if (name !== 'package.json') await checkConfigFile(join(root, folder, name), posix.join(folder, name))
  const { Explorer } = await import('cosmiconfig/dist/Explorer.js')
  const load = async (path: string, text: string) => {
    const file = await fileFrom(relative(root, path).split(sep).join('/'), text)
    if (basename(path) === 'package.json') return { agent: file }
    return file ?? null
  }
  const explorer = new Explorer({
    moduleName: 'agent',
    searchPlaces: candidates,
    searchStrategy: 'none',
    loaders: { '.json': load, '.yaml': load, noExt: load },
    transform: (result) => result,
    cache: false,
    ignoreEmptySearchPlaces: true,
    metaConfigFilePath: null,
  })
  const result = await explorer.search(join(root, folder))
  return result?.config as ConfigFile | undefined
}

/** Nearly every folder has a package.json and few of those a configuration: it counts only with an `agent` key, so that nothing is loaded for the others. */
async function candidatesIn(folder: string, places: readonly string[]): Promise<string[]> {
  const file = places.includes('package.json') ? await fileFromDisk(join(folder, 'package.json')).catch(() => undefined) : undefined
  return places.filter((place) => place !== 'package.json' || file !== undefined)
}

async function fileFromDisk(path: string): Promise<ConfigFile | undefined> {
  const text = await readConfigText(path, path)
  return text === undefined ? undefined : fileFrom(path, text)
}

/** Posix and relative to the root; the root itself for a folder that lies outside. */
function folderInside({ root, directory }: Where): string {
  const folder = relative(root, directory)
  return folder === '..' || folder.startsWith(`..${sep}`) ? '' : folder.split(sep).join('/')
}

function ignoredPlaces(folder: string, names: readonly string[]): Notice[] {
  return names.flatMap((name) => {
    const advice = adviceForIgnoredPlace(name)
    return advice === undefined ? [] : [ignored(posix.join(folder, name), advice)]
  })
}

function ignored(path: string, hint: string): Notice {
  return { code: 'CONFIG_IGNORED', message: `${path} is not read.`, hint }
}

import { access, constants, glob, readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import { sourceBuildOptions } from '../../engine/llama/library.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import { findProgram } from '../../workspace/find-program.ts'
import type { CommandContext } from '../command.ts'
import { runBuild } from './run-build.ts'

const packageSchema = z.object({ version: z.string() })
/** What the build notes down beside its result. Its options may be a list of pairs or an object. */
const builtSchema = z.object({ buildOptions: z.object({ gpu: z.unknown(), customCmakeOptions: z.unknown() }) })

interface Building {
  context: CommandContext
  /** Where node-llama-cpp is installed; null where it is not. */
  folder: string | null
}

/** Builds node-llama-cpp's own source, which its package brings along, with threads that stay. Nothing is downloaded. */
export async function buildEngine(context: CommandContext, folder = packageFolder()): Promise<void> {
  const place = await checkedPlace({ context, folder })
  const { stdout, stderr, signal } = context
  const tell = (sentence: string) => void stderr.write(`${terminalLine(sentence)}\n`)
  const version = packageSchema.parse(JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))).version
  const builds = join(place, 'llama', 'localBuilds')
  const onWait = (holder: string) => tell(`Waiting: ${holder} is building already.`)
  const outcome = await withFolderLock(join(place, 'llama', 'agent-build'), { signal, onWait }, async () => {
    if (await isBuilt(builds)) return 'was built here already'
    tell(
      `Building the library of node-llama-cpp ${version} into ${builds}${isShared(place, context) ? ', an installation that other projects may use too' : ''}.`,
    )
    tell('This takes 5 to 20 minutes. When it is interrupted, the library stays as it was, and the next build begins anew.')
    await runBuild({ place, environment: buildEnvironment(context.environment), stderr, signal })
    if (await isBuilt(builds)) return 'is built'
    throw new AppError('INTERNAL', 'The build ended well, and left no library.', { hint: `Look at ${builds}.` })
  })
  stdout.write(
    `The library ${outcome}: ${terminalLine(builds)}. Models use it from now on; \`agent doctor\` says so. Remove that folder to go back to the prebuilt one.\n`,
  )
}

function packageFolder(): string | null {
  try {
    const path = findPackageJSON('node-llama-cpp', import.meta.url)
    return path === undefined ? null : dirname(path)
  } catch {
    return null
  }
}

/** Says before anything is begun what is missing. */
async function checkedPlace({ context: { environment }, folder }: Building): Promise<string> {
  if (folder === null)
    throw new AppError('ENGINE_UNAVAILABLE', 'node-llama-cpp is not installed, so there is no source to build.', {
      hint: 'Install it where coding-agent is installed.',
    })
  const find = (...names: string[]) => names.some((name) => findProgram(name, { environment }) !== null)
  const isWindows = process.platform === 'win32'
  const missing = [
    ...(find('cmake') ? [] : ['cmake']),
    ...(isWindows || find('c++', 'g++', 'clang++') ? [] : ['a C++ compiler']),
    ...(isWindows || find('make', 'ninja') ? [] : ['make']),
    ...(isWindows || find('npm') ? [] : ['npm']),
    ...(find('git') ? [] : ['git']),
  ]
  if (missing.length > 0)
    throw new AppError('ENGINE_UNAVAILABLE', `Building the library takes what is not on PATH: ${missing.join(', ')}.`, {
      hint: installHint(),
    })
  await access(join(folder, 'llama', 'gitRelease.bundle')).catch((error: unknown) => {
    throw new AppError('ENGINE_UNAVAILABLE', `${folder} has no source of the library.`, {
      cause: error,
      hint: 'Install node-llama-cpp again.',
    })
  })
  await access(join(folder, 'llama'), constants.W_OK).catch((error: unknown) => {
    throw new AppError(
      'OUTPUT_UNWRITABLE',
      `The library is built where it is installed, and ${join(folder, 'llama')} cannot be written to.`,
      {
        cause: error,
        hint: 'Run this as the user who installed it, or install coding-agent for yourself.',
      },
    )
  })
  return folder
}

function installHint(): string {
  if (process.platform === 'darwin') return 'Run `xcode-select --install`, and `brew install cmake`.'
  if (process.platform === 'win32') return 'Install CMake, git and the C++ build tools of Visual Studio.'
  return 'On Debian and Ubuntu: apt install cmake g++ make git. On Fedora: dnf install cmake gcc-c++ make git.'
}

/** Outside of the folder that one works in, it is an installation of the machine or of another project. */
function isShared(place: string, { cwd }: Pick<CommandContext, 'cwd'>): boolean {
  return relative(cwd, place).startsWith('..')
}

/** Only what a compiler needs: keys and tokens are none of its business. */
function buildEnvironment(environment: CommandContext['environment']): Record<string, string> {
  const passed =
    /^(?:PATH|Path|HOME|USERPROFILE|TMPDIR|TEMP|TMP|LANG|LC_ALL|CC|CXX|CFLAGS|CXXFLAGS|LDFLAGS|SYSTEMROOT|SystemRoot|COMSPEC|ComSpec|PATHEXT|APPDATA|LOCALAPPDATA|ProgramFiles.*|DEVELOPER_DIR|SDKROOT)$/
  const kept = Object.entries(environment).flatMap(([name, value]) => (value !== undefined && passed.test(name) ? [[name, value]] : []))
  const options = Object.entries(sourceBuildOptions).map(([name, value]) => [`NODE_LLAMA_CPP_CMAKE_OPTION_${name}`, value])
  return Object.fromEntries([...kept, ...options]) as Record<string, string>
}

/** Whether a whole build with these options lies there. The build writes its mark last. */
async function isBuilt(builds: string): Promise<boolean> {
  for await (const mark of glob('*/buildDone.status', { cwd: builds })) {
    for await (const note of glob('**/_nlcBuildMetadata.json', { cwd: join(builds, dirname(mark)) })) {
      const text = await readFile(join(builds, dirname(mark), note), 'utf8').catch(() => '')
      if (hasOurOptions(text)) return true
    }
  }
  return false
}

function hasOurOptions(text: string): boolean {
  try {
    const { gpu, customCmakeOptions } = builtSchema.parse(JSON.parse(text)).buildOptions
    const written = JSON.stringify(customCmakeOptions)
    return gpu === false && Object.keys(sourceBuildOptions).every((name) => written.includes(`"${name}"`))
  } catch {
    return false
  }
}

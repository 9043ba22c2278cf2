import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import type { Environment } from './environment.ts'

/** Where things live outside the repository. */
export interface AgentPaths {
  /** AGENT_HOME, or the platform's place for data. */
  home: string
  /** The user's own configuration. */
  userConfig: string
  models: string
  cache: string
  projects: string
  daemonSocket: string
  daemonInfo: string
}

/** The one place that knows the platforms' folders: XDG where its variables are set, else what Linux, macOS and Windows each use. */
export function agentPaths(environment: Environment, platform: NodeJS.Platform = process.platform): AgentPaths {
  const { join, isAbsolute, resolve } = platform === 'win32' ? win32 : posix
  const userHome = environment.HOME || environment.USERPROFILE || homedir()
  /** The XDG specification says that a relative path is to be ignored. */
  const absolute = (path: string | undefined) => (path && isAbsolute(path) ? path : undefined)
  const platformFolders = {
    win32: {
      data: absolute(environment.LOCALAPPDATA) ?? join(userHome, 'AppData', 'Local'),
      config: absolute(environment.APPDATA) ?? join(userHome, 'AppData', 'Roaming'),
    },
    darwin: { data: join(userHome, 'Library', 'Application Support'), config: join(userHome, 'Library', 'Application Support') },
    other: { data: join(userHome, '.local', 'share'), config: join(userHome, '.config') },
  }
  const folders = platformFolders[platform === 'win32' || platform === 'darwin' ? platform : 'other']
  const home = environment.AGENT_HOME ? resolve(environment.AGENT_HOME) : join(absolute(environment.XDG_DATA_HOME) ?? folders.data, 'agent')
  return {
    home,
    userConfig: join(absolute(environment.XDG_CONFIG_HOME) ?? folders.config, 'agent', 'config.yaml'),
    models: join(home, 'models'),
    cache: join(home, 'cache'),
    projects: join(home, 'projects'),
    daemonSocket: join(home, 'daemon.sock'),
    daemonInfo: join(home, 'daemon.json'),
  }
}

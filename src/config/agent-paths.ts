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
  /** Notes of which models are loaded now. */
  engines: string
  daemonSocket: string
  daemonInfo: string
}

/** The one place that knows the platforms' folders: XDG where its variables are set, else what Linux, macOS and Windows each use. */
export function agentPaths(environment: Environment, platform: NodeJS.Platform = process.platform): AgentPaths {
  const path = platform === 'win32' ? win32 : posix
  const userHome = environment.HOME || environment.USERPROFILE || homedir()
  /** The XDG specification says that a relative path is to be ignored. */
  const absolute = (folder: string | undefined) => (folder && path.isAbsolute(folder) ? folder : undefined)
  const platformFolders = {
    win32: {
      data: absolute(environment.LOCALAPPDATA) ?? path.join(userHome, 'AppData', 'Local'),
      config: absolute(environment.APPDATA) ?? path.join(userHome, 'AppData', 'Roaming'),
    },
    darwin: { data: path.join(userHome, 'Library', 'Application Support'), config: path.join(userHome, 'Library', 'Application Support') },
    other: { data: path.join(userHome, '.local', 'share'), config: path.join(userHome, '.config') },
  }
  const folders = platformFolders[platform === 'win32' || platform === 'darwin' ? platform : 'other']
  const home = environment.AGENT_HOME
    ? path.resolve(environment.AGENT_HOME)
    : path.join(absolute(environment.XDG_DATA_HOME) ?? folders.data, 'agent')
  return {
    home,
    userConfig: path.join(absolute(environment.XDG_CONFIG_HOME) ?? folders.config, 'agent', 'config.yaml'),
    models: path.join(home, 'models'),
    cache: path.join(home, 'cache'),
    projects: path.join(home, 'projects'),
    engines: path.join(home, 'engines'),
    daemonSocket: path.join(home, 'daemon.sock'),
    daemonInfo: path.join(home, 'daemon.json'),
  }
}

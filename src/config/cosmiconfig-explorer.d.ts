/** What cosmiconfig's package does not declare: the explorer behind its factory. See `find-project-file.ts` for why it is used directly. */
declare module 'cosmiconfig/dist/Explorer.js' {
  import type { Loader, PublicExplorer } from 'cosmiconfig'

  interface ExplorerOptions {
    moduleName: string
    searchPlaces: readonly string[]
    searchStrategy: 'none'
    loaders: Readonly<Record<string, Loader>>
    transform: (result: unknown) => unknown
    cache: false
    ignoreEmptySearchPlaces: true
    metaConfigFilePath: null
  }

  export const Explorer: new (options: ExplorerOptions) => Pick<PublicExplorer, 'search'>
}

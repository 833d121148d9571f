/**
 * What can be stored: values that JSON keeps. A property that is `undefined` is as good as missing. (Classes, maps,
 * dates and functions are no `Data`, so that the compiler refuses what would not come back.)
 */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data | undefined }

/** Content of files that the user chose or dropped, as far as a page may read it. */

/** The whole file; the part of its data URL after the comma is its content. */
export function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      resolve((reader.result as string).replace(/^[^,]*,/, ""));
    };
    reader.onerror = () => {
      reject(new Error(`${file.name} could not be read: ${reader.error?.message ?? "unknown"}.`));
    };
    reader.readAsDataURL(file);
  });
}

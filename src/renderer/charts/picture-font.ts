/** The font of pictures, the same as where there is no window: fetched when the first picture is made. */
import regular from "../../../resources/fonts/IBMPlexSans-Regular.ttf?url";
import semiBold from "../../../resources/fonts/IBMPlexSans-SemiBold.ttf?url";

const FAMILY = "IBM Plex Sans Pictures";
let loaded: Promise<string> | null = null;

/** @returns the family's name, once texts can be written in it */
export function loadPictureFont(): Promise<string> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<string> {
  const faces = [
    new FontFace(FAMILY, `url("${regular}")`, { weight: "400" }),
    new FontFace(FAMILY, `url("${semiBold}")`, { weight: "600" }),
  ];
  for (const face of await Promise.all(faces.map((each) => each.load()))) document.fonts.add(face);
  return FAMILY;
}

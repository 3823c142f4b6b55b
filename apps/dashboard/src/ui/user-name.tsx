/** There are no user names here; password managers keep a token only beside one. Nobody sees, hears or reaches it. */
export function UserName() {
  return (
    <input
      className="visually-hidden"
      type="text"
      name="username"
      autoComplete="username"
      value="PicoClaw launcher"
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}

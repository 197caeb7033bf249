// A button that is only an icon to the eye and has a name for everything else.
export interface IconButtonProps {
  readonly icon: string;
  readonly label: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly primary?: boolean;
  onClick(): void;
}

export function IconButton({ icon, label, disabled = false, pressed, primary = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button icon-${icon}${primary ? " primary" : ""}`}
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    />
  );
}

# pawl with its completions and its manual page.
{
  lib,
  stdenv,
  buildGoModule,
  installShellFiles,
  src,
  revision,
}:
buildGoModule rec {
  pname = "pawl";
  version = lib.fileContents ../VERSION;
  inherit src;

  # `go test ./nix` compares this with the modules that go.mod names, and prints
  # the right one.
  vendorHash = "sha256-L7gTzjg0Dysz6XfS6G58rFnTRMqCQdbpzOwvqmwFOpY=";

  subPackages = [ "cmd/pawl" ];
  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X main.version=${version}+${revision}"
  ];

  # Most tests start hundreds of processes and wait for them; .ci/run has those.
  # checks.nix runs the others.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    for shell in bash zsh fish; do
      $out/bin/pawl completion $shell >pawl.$shell
    done
    installShellCompletion --cmd pawl --bash pawl.bash --zsh pawl.zsh --fish pawl.fish
    $out/bin/pawl man >pawl.1
    installManPage pawl.1
  '';

  meta = {
    description = "git-native loop coordinator for coding agents";
    license = lib.licenses.asl20;
    mainProgram = "pawl";
    platforms = lib.platforms.unix;
  };
}

# What `nix flake check` builds. A sandbox has no network and no terminal, so
# these are the package, a whole loop with it, and the tests of pure functions;
# .ci/run has the rest.
{
  runCommand,
  git,
  pawl,
}:
{
  package = pawl;

  demo =
    runCommand "pawl-demo"
      {
        nativeBuildInputs = [
          pawl
          git
        ];
      }
      ''
        export HOME=$TMPDIR
        pawl demo >$out
      '';

  tests = pawl.overrideAttrs {
    buildPhase = ''
      runHook preBuild
      go vet ./...
      runHook postBuild
    '';
    doCheck = true;
    checkPhase = ''
      runHook preCheck
      go test ./handoff ./phases ./prompts ./loop/config ./loop/delivery ./loop/ledger ./loop/report \
        ./loop/schedule ./loop/screen ./loop/supervise
      runHook postCheck
    '';
    installPhase = ''
      touch $out
    '';
  };
}

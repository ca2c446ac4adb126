# As much of nixpkgs as the project's flake uses, without the network: a
# derivation is a name, and keeps what it was made of as attributes that a test
# can read. What is not here is an error, as a misspelt name is in nixpkgs.
{
  description = "a stand-in for nixpkgs";

  outputs =
    { self }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      lib = {
        genAttrs =
          names: f:
          builtins.listToAttrs (
            map (name: {
              inherit name;
              value = f name;
            }) names
          );
        fileContents = path: builtins.head (builtins.match "([^\n]*)\n?" (builtins.readFile path));
        optionalString = wanted: text: if wanted then text else "";
        getExe = package: "${package}/bin/${package.meta.mainProgram}";
        licenses.asl20.spdxId = "Apache-2.0";
        platforms.unix = systems;
      };

      # made is a derivation of that name, with args beside it.
      made =
        system: args:
        let
          name = args.name or "${args.pname}-${args.version}";
        in
        args
        // derivation {
          inherit name system;
          builder = "/bin/sh";
          args = [
            "-c"
            "echo ${name} >$out"
          ];
          # What it is built with is a part of what it is.
          inputs = map (input: "${input}") ((args.nativeBuildInputs or [ ]) ++ (args.packages or [ ]));
        }
        // {
          overrideAttrs = changes: made system (args // changes);
        };

      goBuilder = system: go: {
        __functor =
          builder: args:
          assert builtins.isString args.vendorHash;
          made system (args // { inherit go; });
        override = changes: goBuilder system changes.go;
      };

      packages =
        system:
        let
          tool =
            name:
            made system {
              inherit name;
              meta.mainProgram = name;
            };
        in
        {
          stdenv = rec {
            hostPlatform = { inherit system; };
            buildPlatform = hostPlatform // {
              canExecute = platform: platform.system == system;
            };
          };
          mkShell = made system;
          runCommand = name: args: script: made system (args // { inherit name script; });
          buildGoModule = goBuilder system (tool "go-1.25");
          go_1_26 = tool "go-1.26";
          git = tool "git";
          tmux = tool "tmux";
          fish = tool "fish";
          zsh = tool "zsh";
          golangci-lint = tool "golangci-lint";
          installShellFiles = tool "install-shell-files";
          nixfmt-tree = tool "nixfmt-tree";
        };
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs systems packages;
    };
}

{
  description = "pawl keeps coding agents handing each other work through one git repository";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      each = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      pawl =
        pkgs:
        import ./nix/package.nix {
          inherit lib;
          inherit (pkgs) stdenv installShellFiles;
          # The default Go of this nixpkgs is older than go.mod asks for.
          buildGoModule = pkgs.buildGoModule.override { go = pkgs.go_1_26; };
          src = self;
          # Commits between two releases are told apart: a coordinator of another
          # version makes way for the one that asks.
          revision = self.shortRev or self.dirtyShortRev or "local";
        };
    in
    {
      packages = each (pkgs: {
        default = pawl pkgs;
      });

      apps = each (pkgs: {
        default = {
          type = "app";
          program = lib.getExe (pawl pkgs);
          meta.description = "git-native loop coordinator for coding agents";
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          name = "pawl";
          packages = [
            (pawl pkgs)
            pkgs.git
            pkgs.tmux
            pkgs.go_1_26
            pkgs.golangci-lint
            # The tests of the completions run these.
            pkgs.fish
            pkgs.zsh
          ];
        };
      });

      checks = each (
        pkgs:
        import ./nix/checks.nix {
          inherit (pkgs) runCommand git;
          pawl = pawl pkgs;
        }
      );

      formatter = each (pkgs: pkgs.nixfmt-tree);
    };
}

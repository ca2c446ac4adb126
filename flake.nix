{
  description = "pawl keeps coding agents handing each other work through one git repository";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      each = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: {
        default = (pkgs.buildGoModule.override { go = pkgs.go_1_26; }) {
          pname = "pawl";
          version = "0.1.0";
          src = self;
          vendorHash = "sha256-87+LkYYzc0LOQxHBKEB9XI6FvJm2VsPcMlqFjLe/Oio=";
          subPackages = [ "cmd/pawl" ];
          # The tests run real git and real processes; checks run them.
          doCheck = false;
          meta = {
            description = "git-native loop coordinator for coding agents";
            license = pkgs.lib.licenses.asl20;
            mainProgram = "pawl";
          };
        };
      });

      apps = each (pkgs: {
        default = {
          type = "app";
          program = "${self.packages.${pkgs.stdenv.hostPlatform.system}.default}/bin/pawl";
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages = [
            self.packages.${pkgs.stdenv.hostPlatform.system}.default
            pkgs.git
            pkgs.tmux
            pkgs.go_1_26
            pkgs.golangci-lint
          ];
        };
      });
    };
}

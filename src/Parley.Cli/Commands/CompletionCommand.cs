using System.CommandLine;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Commands;

/// <summary><c>parley completion bash|zsh|fish</c>. The scripts ask <c>parley</c> itself, so they never go out of date.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _parley() {
            local line="${COMP_LINE:0:COMP_POINT}"
            line="${line#*[[:space:]]}"
            local IFS=$'\n'
            COMPREPLY=($("$1" "[suggest:${#line}]" "$line" 2>/dev/null))
        }
        complete -o default -F _parley parley
        """;

    // At the first TAB, zsh runs a file in fpath as the function itself. So it must answer right away, not just define a function.
    private const string Zsh = """
        #compdef parley
        _parley() {
            local line="${BUFFER[1,CURSOR]#*[[:space:]]}"
            local -a found
            found=("${(@f)$("${(Q)words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -- $found
        }
        if [[ "${funcstack[1]}" == _parley ]]; then
            _parley "$@"
        else
            compdef _parley parley
        fi
        """;

    private const string Fish = """
        function __parley_complete
            set -l line (string replace -r '^\S+\s' '' -- (commandline -cp))
            parley "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c parley -f -a '(__parley_complete)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, or fish." };
        shell.OneOf("bash", "zsh", "fish");

        return new CliCommand("completion", "Prints a script with which your shell completes parley's commands and options.",
            "parley completion bash >> ~/.bashrc",
            "parley completion zsh > ~/.zfunc/_parley",
            "parley completion fish > ~/.config/fish/completions/parley.fish")
        {
            shell,
        }.Does(call =>
        {
            call.Terminal.WriteLine(call.Arguments.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return Task.FromResult(ExitCode.Done);
        });
    }
}

using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley register NAME</c></summary>
internal static class RegisterCommand
{
    private const int LongestId = 255;

    public static Command Create()
    {
        var id = new Argument<string>("name") { Description = "The agent's id: letters, digits, '.', '_', and '-'." };
        var name = new Option<string?>("--name") { Description = "The name that people read; default: the id.", HelpName = "TEXT" };
        var type = new Option<string?>("--type") { Description = "llm, script, bot, human, or your own word; default: llm.", HelpName = "TYPE" };
        var role = new Option<string?>("--role") { Description = "Its role; role:ROLE reaches everybody with it.", HelpName = "ROLE" };
        var specialization = new Option<string?>("--specialization") { Description = "Its specialization.", HelpName = "TEXT" };
        var capability = new Option<string[]>("--capability")
        {
            Description = "A capability; may be repeated. capability:NAME sends to one agent that has it.",
            HelpName = "NAME",
        };
        var metadata = new Option<string?>("--metadata") { Description = "A JSON object to store with it.", HelpName = "JSON" };

        return new CliCommand("register",
            "Registers an agent and keeps its token on this machine, where the SDK also finds it. If this machine has registered it before, changes only the details that you give.",
            "parley register ada",
            "parley register be-1 --name \"Backend Developer\" --role backend_developer --capability python --capability review",
            "PARLEY_TOKEN=$JOIN_TOKEN parley register be-1 --url https://parley.example.com")
        {
            id, name, type, role, specialization, capability, metadata,
        }.Does(async call =>
        {
            var arguments = call.Arguments;
            var actor = new Actor(call, IdOf(arguments.GetRequiredValue(id)));
            var unchanged = new RegisterRequest { AgentId = actor.AgentId };
            var profile = unchanged with
            {
                Name = arguments.GetValue(name),
                Type = arguments.GetValue(type),
                Role = arguments.GetValue(role),
                Specialization = arguments.GetValue(specialization),
                Capabilities = arguments.GetValue(capability) is { Length: > 0 } capabilities ? capabilities : null,
                Metadata = JsonWords.Read(arguments.GetValue(metadata), metadata.Name, "'{\"team\": \"a\"}'"),
            };
            var (agent, isNew) = await actor.RegisterAsync(profile);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(agent with { Token = null }, WireJson.Lenient.Agent);
            else
                Show(call, agent.AgentId, isNew ? $"Registered agent '{agent.AgentId}'. Its token is kept in {actor.TokenPath}."
                    : $"Agent '{agent.AgentId}' was registered on this machine before; {(profile == unchanged ? "nothing was changed" : "its details were updated")}.");
            return ExitCode.Done;
        });
    }

    private static void Show(Call call, string agentId, string what)
    {
        call.Terminal.WriteLine(what);
        call.Terminal.Note($"Wait for a message to it: parley inbox --wait 60 --as {agentId}");
        call.Terminal.Note($"Write to it, in another terminal: parley send {agentId} \"Hello\"");
    }

    private static string IdOf(string text)
    {
        if (text.Length <= LongestId && text.All(IsOfIds))
            return text;
        var near = string.Join('-', new string([.. text.Select(letter => IsOfIds(letter) ? letter : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        throw new CommandException(
            ExitCode.UsedWrongly, $"'{text}' cannot be an agent's id. An id has up to {LongestId} characters from A-Z, a-z, 0-9, '.', '_', and '-'.",
            near.Length is > 0 and <= LongestId ? $"Give an id, and the name with it: parley register {near} --name \"{text}\"" : null);
    }

    private static bool IsOfIds(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';
}

using System.CommandLine;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley schemas list|show|set|delete</c></summary>
internal static class SchemasCommand
{
    private static readonly Argument<string> Type = new("message_type") { Description = "The message type." };

    public static Command Create() =>
        new CliCommand("schemas", "Lists, shows, registers, and deletes the schemas that payloads of a message type must match.")
        {
            List(), Show(), Set(), Delete(),
        };

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        var builtin = new Option<bool>("--builtin") { Description = "The built-in schemas, enabled or not." };
        return new CliCommand("list", "Lists the project's schemas.", "parley schemas list", "parley schemas list --builtin")
        {
            limit, builtin,
        }.Does(async call =>
        {
            var page = call.Arguments.GetValue(builtin)
                ? new Page<MessageSchema> { Items = await call.Api.Schemas.ListBuiltinAsync(call.Cancellation) }
                : await call.Api.Schemas.ListAsync(call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageMessageSchema);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["type", "enabled", "ships", "version", "changed"], page, schema => Row(schema, call.Time),
                    "No schemas, so all payloads are accepted. 'parley schemas set TYPE FILE' registers one.");
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand Show() => new CliCommand("show", "Prints the schema of a message type.", "parley schemas show deploy_request")
    {
        Type,
    }.Does(async call =>
    {
        var schema = await call.Api.Schemas.GetAsync(call.Arguments.GetRequiredValue(Type), call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(schema, WireJson.Lenient.MessageSchema);
        else
            call.Terminal.WriteLine(call.Terminal.Live ? PlainText.Of(schema.Schema.GetRawText()) : schema.Schema.GetRawText());
        return ExitCode.Done;
    });

    private static CliCommand Set()
    {
        var file = new Argument<string?>("file") { Description = "A file with the schema; '-' reads standard input.", Arity = ArgumentArity.ZeroOrOne };
        var builtin = new Option<bool>("--builtin") { Description = "Enable the schema that ships with the server for this type." };
        return new CliCommand("set", "Registers or replaces the schema of a message type. From then on, sends whose payload does not match are refused.",
            "parley schemas set deploy_request deploy.schema.json", "parley schemas set status_update --builtin")
        {
            Type, file, builtin,
        }.Does(async call =>
        {
            var type = call.Arguments.GetRequiredValue(Type);
            var path = call.Arguments.GetValue(file);
            if (path is null != call.Arguments.GetValue(builtin))
                throw new CommandException(ExitCode.UsedWrongly, "Give a file with the schema, or --builtin.", null);
            var schema = path is null
                ? await call.Api.Schemas.EnableBuiltinAsync(type, call.Cancellation)
                : await call.Api.Schemas.SetAsync(type, await JsonWords.FileAsync(path, call.Cancellation), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(schema, WireJson.Lenient.MessageSchema);
            else
                call.Terminal.Note($"Version {schema.Version}.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Delete() => new CliCommand(
        "delete", "Deletes the schema of a message type. Its payloads are no longer checked.", "parley schemas delete deploy_request")
    {
        Type,
    }.Does(async call =>
    {
        await call.Api.Schemas.DeleteAsync(call.Arguments.GetRequiredValue(Type), call.Cancellation);
        return ExitCode.Done;
    });

    private static IReadOnlyList<string> Row(MessageSchema schema, TimeProvider time) =>
    [
        PlainText.Escape(schema.MessageType),
        schema.Enabled ? "yes" : "no",
        schema.Builtin ? "yes" : "no",
        schema.Version > 0 ? $"{schema.Version}" : "-",
        Listing.Ago(schema.UpdatedAt, time),
    ];
}

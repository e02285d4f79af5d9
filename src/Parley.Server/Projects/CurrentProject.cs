using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>The project that a request is about, found. Endpoints take it as a parameter; where there is none, the API's
/// <see cref="InputFilter"/> answers 404 and the endpoint never runs.</summary>
internal sealed class CurrentProject : IInput, IBindableFromHttpContext<CurrentProject>, Microsoft.AspNetCore.Http.Metadata.IEndpointParameterMetadataProvider
{
    private readonly ProjectState? _state;

    private CurrentProject(ProjectState? state, string id) => (_state, Problem) = (state, state is null ? Problems.NotFound("project", id) : null);

    public ApiProblem? Problem { get; }

    public ProjectState State => _state ?? throw new InvalidOperationException("There is no such project: its problem is to be answered.");

    public static ValueTask<CurrentProject?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var id = Scope.Of(context).ProjectId;
        return ValueTask.FromResult<CurrentProject?>(new CurrentProject(context.RequestServices.GetRequiredService<ProjectDirectory>().Find(id), id));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new Refusals([ErrorCodes.NotFound]));
}

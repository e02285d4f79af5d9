using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Questions;

namespace Parley.Server.Workflows;

internal static class WorkflowsSetup
{
    public static IServiceCollection AddWorkflows(this IServiceCollection services) => services
        .AddEntities(WorkflowKinds.Workflow)
        .AddEntities(WorkflowKinds.Step)
        .AddEntities(WorkflowKinds.Definition)
        .AddSingleton<WorkflowBoard>()
        .AddSingleton<WorkflowRuns>()
        .AddSingleton<DefinitionBook>()
        .AddSingleton<StepAgents>()
        .AddSingleton<StepQuestions>()
        .AddSingleton<IChore>(provider => provider.GetRequiredService<StepQuestions>())
        .AddSingleton<StepWork>()
        .AddSingleton<WorkflowEngine>()
        .AddSingleton<WorkflowFollowUp>()
        .AddSingleton<IAgentWatcher>(provider => provider.GetRequiredService<WorkflowFollowUp>())
        .AddSingleton<IQuestionWatcher>(provider => provider.GetRequiredService<WorkflowFollowUp>())
        .AddSingleton<IDueLook<WorkflowStep>, StepDue>()
        .AddSingleton<StepHands>()
        .AddSingleton<IReplyTaker>(provider => provider.GetRequiredService<StepHands>())
        .AddSingleton<IReplyTaker, StepRefusals>()
        .AddSingleton<IChore, WorkflowKeeper>()
        .AddConcept<WorkflowsConcept>()
        .AddConcept<DefinitionsConcept>();
}
